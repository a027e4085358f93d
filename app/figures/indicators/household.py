"""What figures know of one sampled household: typed facts, and nothing of who lives there. Pure.

Made from the doorsteps, the interview that counts, the reviews and the doubts; kept beside the sums so that these can
be computed again from them. Whether a household is out of poverty is the frame's word, not today's answer: the interval
rests on the frame.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Household:
    """One sampled household with anything at its door. `answers` None: no interview of it counts."""

    kind: str
    status: str
    answers: Mapping[str, str] | None = None
    """Of the interview that counts: last name of the path → text, as far as an indicator reads it."""
    is_first_drawn: bool = True
    ending: str | None = None
    """Outcome code that ended its rank without an interview (N1 … X3)."""
    attempts: int = 0
    is_filed_resettled: bool = False
    is_confirmed: bool = False
    """A second person confirmed the inspector's `bad` (wrong exit, missed household)."""
    records: int = 0
    doubted: int = 0
    """Records of this household with an open grave doubt."""

    def text(self, name: str) -> str:
        """The answer, blank where there is none."""
        return (self.answers or {}).get(name, "")

    def number(self, name: str) -> int | None:
        """The answer as a whole number; None where it is none."""
        try:
            return int(self.text(name))
        except ValueError:
            return None

    def many(self, name: str) -> frozenset[str]:
        """The choices of a multiple answer."""
        return frozenset(self.text(name).split())
