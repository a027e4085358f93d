"""Doubts about what came from the field: found by rule, never deleting anything, settled by a second person."""
