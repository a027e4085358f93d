"""Where the income of the interviewed poor households comes from (R60, R61): sums of whole yuan by source. Pure.

They are kept as cells beside those of the indicators (counting: INC). Shares add up to exactly 100: hundredths that
rounding leaves over go to the largest remainders. Households that told no income above nothing are counted and left
out. A loss in one source makes that source negative and is said as it is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.figures.indicators.sums import NOTHING, Sums
from app.figures.indicators.support import SOURCES, STATUSES

CELLS = "INC"
"""What stands before the dot in the names of these cells."""
CLASSES = {"wage": ("wage",), "oper": ("oper",), "prop": ("prop",), "transfer": ("social", "project", "family")}
"""The four classes of the statistics; transfers are social ones, project money, and gifts."""


@dataclass(frozen=True)
class Structure:
    """Sums over households: `n` of them count, `left_out` told no income above nothing."""

    n: int
    left_out: int
    yuan: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.yuan.values())

    def by_class(self) -> dict[str, int]:
        """The sums of the four classes."""
        return {name: sum(self.yuan.get(part, 0) for part in parts) for name, parts in CLASSES.items()}


def structure(sums: Sums, statuses: Collection[str] = STATUSES) -> Structure:
    """The structure that a stratum's sums give, of households of these statuses in the frame."""

    def cell(status: str, name: str) -> tuple[int, int]:
        found = sums.get(f"{CELLS}.{status}.{name}", NOTHING)
        return found.n, found.x

    return Structure(
        n=sum(cell(status, SOURCES[0])[0] for status in statuses),
        left_out=sum(cell(status, "none")[0] for status in statuses),
        yuan={name: sum(cell(status, name)[1] for status in statuses) for name in SOURCES},
    )


def shares(parts: Mapping[str, int]) -> dict[str, str]:
    """Per cent with two decimals that add up to 100.00; empty where the whole is not above nothing."""
    whole = sum(parts.values())
    if whole <= 0:
        return {}
    exact = {name: divmod(value * 10_000, whole) for name, value in parts.items()}
    left = 10_000 - sum(hundredths for hundredths, _ in exact.values())
    given = set(sorted(exact, key=lambda name: -exact[name][1])[:left])
    return {name: _percent(hundredths + (name in given)) for name, (hundredths, _) in exact.items()}


def _percent(hundredths: int) -> str:
    sign = "-" if hundredths < 0 else ""
    return f"{sign}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}"
