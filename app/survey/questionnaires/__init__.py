"""Questionnaires (问卷): authored as XLSForm, compiled once, evaluated alike on the phone and here.

A published version never changes: answers keep the meaning that they had at the door. The phone runs the rules
while it is offline; the server runs the same expression trees again and its result counts. Published by the city
officer; read by whoever may read the record. Never guesses at a rule that it does not know: the compiler refuses
the form, with the sheet's row.
"""
