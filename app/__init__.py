"""Ruhu 入户: household inspection, from the draw to the figure.

Wings from the ground up: kernel, methods, registry, survey, findings, figures, doors, and on top demo and main.
A room imports rooms of lower wings, and in its own wing only rooms to its left (decision 0004).
"""

__version__ = "0.1.0"
