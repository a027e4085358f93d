"""Drills on a real browser profile: what the phone promises when battery, disk, cleaner or finder come."""
