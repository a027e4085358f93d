"""Rounds: open, freeze the frame, draw, assign, close; and which sampled household may be visited.

The city officer works here; teams see their county's sample and nobody else sees who was drawn before
the close. Never picks a household by hand, never changes a frame after its commitment, never repeats a
draw: a void attempt stays with its reason and the next has the next number.
"""
