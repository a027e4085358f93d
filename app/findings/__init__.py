"""What the records say, as typed facts."""
