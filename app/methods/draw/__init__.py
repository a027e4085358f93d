"""The draw HHD1: `rules` makes frames, commitments, seeds and lists; `records` checks what others made."""
