"""What a household adds to a cell, and the simplest rules that say it. Pure."""

from collections.abc import Callable

from app.figures.indicators.household import Household

Pair = tuple[int, int]
Mark = Pair | str
"""What a household adds, or the code of why it adds nothing (terms: left_out)."""
Rule = Callable[[Household], Mark]


def share(holds: bool) -> Pair:
    """Counted below the line, and above it where it holds."""
    return int(holds), 1


def yes(question: str) -> Rule:
    """Whether this question was answered with yes."""
    return lambda each: share(each.text(question) == "1")


def any_of(question: str, *choices: str) -> Rule:
    """Whether any of these choices was made."""
    return lambda each: share(not each.many(question).isdisjoint(choices))
