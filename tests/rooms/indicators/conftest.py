"""The people, registers and draws of the rounds room."""

from tests.rooms.rounds.conftest import desk, drawn_round, draws, freezes, officer, two_counties

__all__ = ["desk", "drawn_round", "draws", "freezes", "officer", "two_counties"]
