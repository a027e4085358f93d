"""Independent models of what lives twice; written from the rules, not from the other side's code."""
