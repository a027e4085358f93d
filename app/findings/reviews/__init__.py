"""Wrong exits and missed households count only when a second person has confirmed the inspector's judgement.

An inspector judges at the door; the city officer or another team leader reviews. Reviews are appended, the latest one
counts, and a corrected record asks for a review of its own. Nobody reviews a record of their own.
"""
