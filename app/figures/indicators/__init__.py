"""Rates and verdicts: satisfaction of a round by county and city, and how far the sample was reached.

Counts come from the interviews that count (findings.inspections); decisions are taken on whole households.
Never rounds before it decides, never averages items or counties, never shows who was visited.
"""
