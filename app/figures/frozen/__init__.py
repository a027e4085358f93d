"""Results that stand still: closing a round freezes its table (R37, R104).

Frozen are all indicators as text with their SHA-256, the counts that they come from, the scheme, the form versions that
answered and the software. What is corrected afterwards shows beside the frozen table, never inside it. A frozen row is
never updated or deleted.
"""
