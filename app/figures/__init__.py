"""What the facts add up to."""
