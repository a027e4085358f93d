"""Where the income of the interviewed poor households comes from (R60, R61): sums of whole yuan by source.

Shares add up to exactly 100: hundredths that rounding leaves over go to the largest remainders. Households that told no
income above nothing are counted and left out. A loss in one source makes that source negative and is said as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.findings.inspections.models import Answer
from app.findings.inspections.queries import Door

SOURCES = ("wage", "oper", "prop", "social", "project", "family")
CLASSES = {"wage": ("wage",), "oper": ("oper",), "prop": ("prop",), "transfer": ("social", "project", "family")}
"""The four classes of the statistics; transfers are social ones, project money, and gifts."""
PATHS = {f"income/inc_{name}": name for name in SOURCES}
STEP = 500


@dataclass(frozen=True)
class Told:
    """One household's income by source, and whether the frame calls it out of poverty."""

    county: str
    status: str
    yuan: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.yuan.values())


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


def structure(told: Sequence[Told]) -> Structure:
    """The households added up."""
    counted = [each for each in told if each.total > 0]
    return Structure(
        n=len(counted),
        left_out=len(told) - len(counted),
        yuan={name: sum(each.yuan.get(name, 0) for each in counted) for name in SOURCES},
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


def incomes_of(session: Session, doors: Sequence[Door]) -> list[Told]:
    """What the counted interviews of poor households told. Without a fence: the doors came through one."""
    counted = {visit.op_id: door for door in doors if door.row.kind == "poor" and (visit := door.counted) is not None}
    found: dict[object, dict[str, int]] = {op_id: {} for op_id in counted}
    for county_id in {door.row.county_id for door in counted.values()}:
        ids = [op_id for op_id, door in counted.items() if door.row.county_id == county_id]
        for start in range(0, len(ids), STEP):
            query = select(Answer.op_id, Answer.path, Answer.number).where(
                Answer.county_id == county_id,
                col(Answer.op_id).in_(ids[start : start + STEP]),
                col(Answer.path).in_(list(PATHS)),
            )
            for op_id, path, number in session.exec(query):
                found[op_id][PATHS[path]] = int(number or 0)
    return [Told(door.row.county, door.row.status, found[op_id]) for op_id, door in counted.items()]
