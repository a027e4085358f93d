"""The wing of pure methods: the draw HHD1 and the intervals.

Nothing here knows a database, a clock, a random number or a person. The same
input gives the same output on any machine, so anyone can repeat it with paper
instructions and a SHA-256 tool.
"""
