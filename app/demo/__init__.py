"""The demo: six real counties, invented people, one round half done and one for the visitor to do by hand.

Everything goes in by the doors that users have: the register by its workbook, rounds by freeze and dice, visits as
sealed ops through intake, photos by their digest. Nothing here is ever part of a real installation.
"""
