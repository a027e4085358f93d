"""What the doorsteps say, as typed facts: one visit a doorstep, one row an answer.

Facts are made from kept records when these are accepted, in the same transaction, and can be made again from them.
A held record has a visit too, so that it holds its rank, but no answers: it enters no figure until it is released.
"""
