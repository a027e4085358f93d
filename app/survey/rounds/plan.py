"""The plan of a draw (抽样方案): which lists a county's households are sorted into, and how many come from each.

The plain plan is one list of poor and one of non-poor households. A plan may split the poor by exit, draw at least so
many of a class (必抽类), leave out or take up whom earlier rounds visited (fresh, panel), and draw villages before
households for the sake of the road. Every household of the frame keeps a chance: a plan under which somebody could
never be drawn is refused. Pure; the frame itself is written by freeze.py.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.kernel.problems import Fault
from app.methods.draw import rules as hhd1
from app.methods.draw import stages
from app.registry.households.queries import FrameMember
from app.survey.rounds.rules import FRESH, PANEL, STRATA, stratum_code

MODES = ("independent", "fresh", "panel")
EXIT_PARTS = {"exited": "EXITED", "unexited": "UNEXITED"}
WHERE = ("status", "resettled", "hh_attr", "cause", "exit_year")
"""What a class may ask of a household, as the register has it."""

_NAME = re.compile(r"[A-Z][0-9A-Z]{1,9}", re.ASCII)
_TAKEN = frozenset({FRESH, PANEL, *EXIT_PARTS.values()})
_VILLAGES = "V"
MOST_CLASSES = 8


@dataclass(frozen=True)
class ClassRule:
    """A class of households that gets a list of its own: `n` of them at least, as far as there are any."""

    part: str
    kind: str
    n: int
    where: Mapping[str, Any]

    def takes(self, member: FrameMember) -> bool:
        """Whether a household is of this class."""
        return all(getattr(member, name) == value for name, value in self.where.items())


@dataclass(frozen=True)
class Plan:
    """How the lists of a draw are made; `text` is what was asked, kept with the draw and in its record."""

    mode: str = "independent"
    panel: Mapping[str, int] = field(default_factory=dict)
    classes: tuple[ClassRule, ...] = ()
    is_split: bool = False
    villages: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    text: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class HouseholdList:
    """One list to draw from: n of its units, r in reserve; `villages` are the sizes behind a village line."""

    kind: str
    part: str
    n: int
    r: int
    members: tuple[FrameMember, ...] = ()
    stage: str = ""
    villages: Mapping[str, int] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    @property
    def is_villages(self) -> bool:
        return is_village_part(self.part)

    def units(self) -> list[str]:
        """What the frame digest is taken over."""
        if self.is_villages:
            return stages.village_units(self.villages)
        return [member.unit for member in self.members]

    def code(self, county: str) -> str:
        """The list's name in HHD1."""
        return list_code(county, self.kind, self.part)


def is_village_part(part: str) -> bool:
    """Whether a part is the line of villages that stands before the households of two stages."""
    return part == _VILLAGES or part.startswith(f"{_VILLAGES}-")


def list_code(county: str, kind: str, part: str) -> str:
    """HHD1's stratum of a part: `640104-P.FRESH`, and `V-640104-P.FRESH` for its villages."""
    if not is_village_part(part):
        return stratum_code(county, kind, part)
    return stages.village_stratum(base_code(county, kind, part))


def base_code(county: str, kind: str, village_part: str) -> str:
    """The stratum whose villages a village line holds: it names the start of the walk."""
    return stratum_code(county, kind, village_part[len(_VILLAGES) + 1 :])


# --- reading a plan ---


def read_plan(asked: Mapping[str, Any] | None, n: Mapping[str, int]) -> tuple[Plan, list[Fault]]:
    """The plan that was asked for, and what is wrong with it; None is the plain plan.

    `{"mode", "panel": {"poor": 3}, "split_exit": {"exited": 5, "unexited": 5}, "must": [{"name", "kind", "n",
    "where"}], "villages": {"poor": {"m": 5, "b": 2}}}`, every key optional.
    """
    if not asked:
        return Plan(), []
    faults: list[Fault] = []
    unknown = set(asked) - {"mode", "panel", "split_exit", "must", "villages"}
    if unknown:
        faults.append(_fault("", f"不认识的项:{'、'.join(sorted(unknown))}", "Unknown keys of the plan"))
    mode = asked.get("mode", "independent")
    if mode not in MODES:
        faults.append(_fault("/mode", "应为 independent、fresh 或 panel", "independent, fresh or panel"))
    panel = _panel(asked.get("panel"), mode, n, faults)
    classes = _classes(asked.get("must"), n, faults)
    split = _split(asked.get("split_exit"), n, faults)
    villages = _villages(asked.get("villages"), n, faults)
    if split and any(rule.kind == "poor" for rule in classes):
        faults.append(_fault("/must", "已按脱贫与否分层,必抽类不能再分贫困户", "The poor are split by exit already"))
    for kind in villages:
        if panel.get(kind) or (kind == "poor" and split) or any(rule.kind == kind for rule in classes):
            faults.append(_fault(f"/villages/{kind}", "两级抽样不能再分类或设跟踪户", "Two stages take no parts"))
    plan = Plan(mode, panel, (*split, *classes), bool(split), villages, dict(asked))
    return plan, faults


def _fault(pointer: str, zh: str, en: str) -> Fault:
    return Fault(f"#/plan{pointer}", zh, en)


def _count(value: object, most: int = 1000) -> int:
    """A whole number from 1 to `most`; 0 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most else 0


def _panel(asked: object, mode: object, n: Mapping[str, int], faults: list[Fault]) -> dict[str, int]:
    if mode != "panel":
        if asked:
            faults.append(_fault("/panel", "只有跟踪轮次才设跟踪户数", "Only a panel round has a panel"))
        return {}
    found = {kind: _count(asked.get(kind)) for kind in STRATA} if isinstance(asked, Mapping) else {}
    if not any(found.values()) or any(count >= n.get(kind, 0) for kind, count in found.items() if count):
        zh = "跟踪户数应至少1户,并少于该类抽取户数,使新户也有机会"
        faults.append(_fault("/panel", zh, "At least 1 and fewer than n, so that others keep a chance"))
    return found


def _classes(asked: object, n: Mapping[str, int], faults: list[Fault]) -> tuple[ClassRule, ...]:
    if not asked:
        return ()
    if not isinstance(asked, Sequence) or isinstance(asked, str) or len(asked) > MOST_CLASSES:
        faults.append(_fault("/must", f"最多{MOST_CLASSES}类", f"At most {MOST_CLASSES} classes"))
        return ()
    found: list[ClassRule] = []
    for index, row in enumerate(asked):
        rule = _class(row)
        if rule is None or rule.part in _TAKEN or any(rule.part == other.part for other in found):
            zh = "要有 name(2–10位大写字母或数字)、kind、n 和 where(至少一项条件)"
            faults.append(_fault(f"/must/{index}", zh, "name (2-10 of A-Z 0-9), kind, n and where are needed"))
        else:
            found.append(rule)
    for kind in STRATA:
        if any(rule.kind == kind for rule in found) and sum(r.n for r in found if r.kind == kind) >= n.get(kind, 0):
            zh = "各类合计应少于该类抽取户数,使其余户也有机会"
            faults.append(_fault("/must", zh, "The classes must leave at least one for everybody else"))
    return tuple(found)


def _class(row: object) -> ClassRule | None:
    if not isinstance(row, Mapping) or row.get("kind") not in STRATA or not _count(row.get("n")):
        return None
    name, where = row.get("name"), row.get("where")
    if not isinstance(name, str) or not _NAME.fullmatch(name) or not isinstance(where, Mapping) or not where:
        return None
    if set(where) - set(WHERE) or not all(isinstance(value, str | int | bool) for value in where.values()):
        return None
    return ClassRule(name, row["kind"], row["n"], dict(where))


def _split(asked: object, n: Mapping[str, int], faults: list[Fault]) -> tuple[ClassRule, ...]:
    if not asked:
        return ()
    found = {status: _count(asked.get(status)) for status in EXIT_PARTS} if isinstance(asked, Mapping) else {}
    if not all(found.values()) or sum(found.values()) != n.get("poor"):
        zh = "已脱贫和未脱贫户数都至少1户,合计等于贫困户抽取户数"
        faults.append(_fault("/split_exit", zh, "Both at least 1, together the poor households to draw"))
        return ()
    return tuple(ClassRule(part, "poor", found[status], {"status": status}) for status, part in EXIT_PARTS.items())


def _villages(asked: object, n: Mapping[str, int], faults: list[Fault]) -> dict[str, tuple[int, int]]:
    if not asked:
        return {}
    found: dict[str, tuple[int, int]] = {}
    for kind in asked if isinstance(asked, Mapping) else ("",):
        pair = asked.get(kind) if isinstance(asked, Mapping) else None
        m, b = (_count(pair.get(name)) for name in "mb") if isinstance(pair, Mapping) else (0, 0)
        if kind not in STRATA or not m or not b or m * b != n.get(kind):
            zh = "村数 m × 每村户数 b 应等于该类抽取户数"
            faults.append(_fault(f"/villages/{kind}", zh, "m villages x b households must be the sample"))
        elif not stages.is_sound(m, b):
            zh = "至少5个村:2村×5户的样本只抵得上一半的户数"
            faults.append(_fault(f"/villages/{kind}", zh, "At least 5 villages: 2 x 5 is worth half its households"))
        else:
            found[kind] = (m, b)
    return found


# --- sorting a county's households into lists ---


class TooFew(Exception):
    """Lists cannot give what the plan asks: (kind, how many there are, how many are needed) of each."""

    def __init__(self, *short: tuple[str, int, int]) -> None:
        super().__init__(str(short))
        self.short = short


def make_lists(
    plan: Plan, n: Mapping[str, int], members: Iterable[FrameMember], visited: Collection[str] = ()
) -> list[HouseholdList]:
    """The lists of one county, village lines included, or TooFew.

    `members` are the frame's households in any order, `visited` the units that earlier rounds interviewed. The result
    depends on neither order.
    """
    by_kind: dict[str, list[FrameMember]] = {kind: [] for kind in STRATA}
    for member in sorted(members, key=lambda each: each.unit):
        by_kind["non_poor" if member.status == "non_poor" else "poor"].append(member)
    lists: list[HouseholdList] = []
    short: list[tuple[str, int, int]] = []
    for kind in STRATA:
        try:
            lists += _of_kind(plan, kind, n[kind], by_kind[kind], visited)
        except TooFew as one:
            short += one.short
    if short:
        raise TooFew(*short)
    return lists


def _of_kind(
    plan: Plan, kind: str, n: int, members: list[FrameMember], visited: Collection[str]
) -> Iterable[HouseholdList]:
    if plan.mode == "independent":
        yield from _base_lists(plan, kind, "", n, members, ())
        return
    known = [member for member in members if member.unit in visited]
    fresh = [member for member in members if member.unit not in visited]
    taken = min(plan.panel.get(kind, 0), len(known))
    if taken:
        yield HouseholdList(kind, PANEL, taken, len(known) - taken, tuple(known))
    left_out = () if taken else tuple(member.unit for member in known)
    yield from _base_lists(plan, kind, FRESH, n - taken, fresh, left_out)


def _base_lists(
    plan: Plan, kind: str, base: str, n: int, members: list[FrameMember], left_out: tuple[str, ...]
) -> Iterable[HouseholdList]:
    if len(members) < n:
        raise TooFew((kind, len(members), n))
    if kind in plan.villages:
        yield from _two_stages(kind, base, *plan.villages[kind], members, left_out)
        return
    rest, due = members, n
    lists: list[HouseholdList] = []
    for rule in (rule for rule in plan.classes if rule.kind == kind):
        mine = [member for member in rest if rule.takes(member)]
        rest = [member for member in rest if not rule.takes(member)]
        count = min(rule.n, len(mine))
        due -= count
        if count:
            lists.append(_plain(kind, _joined(base, rule.part), count, mine))
    if plan.is_split and kind == "poor":
        lists = _give_rest(lists, due)
    elif due > len(rest) or due < 1:
        raise TooFew((kind, len(rest), max(due, 1)))
    else:
        lists.append(_plain(kind, base, due, rest))
    yield from _with_left_out(lists, left_out)


def _give_rest(lists: list[HouseholdList], due: int) -> list[HouseholdList]:
    """Of a split the other half makes up what one half does not have."""
    filled = []
    for each in lists:
        more = min(due, len(each.members) - each.n)
        due -= more
        filled.append(_plain(each.kind, each.part, each.n + more, list(each.members)))
    return filled


def _plain(kind: str, part: str, n: int, members: list[FrameMember]) -> HouseholdList:
    return HouseholdList(kind, part, n, hhd1.reserve_size(len(members), n), tuple(members))


def _with_left_out(lists: list[HouseholdList], left_out: tuple[str, ...]) -> Iterable[HouseholdList]:
    for place, each in enumerate(lists):
        mine = left_out if place == len(lists) - 1 else ()
        yield HouseholdList(each.kind, each.part, each.n, each.r, each.members, each.stage, each.villages, mine)


def _joined(*parts: str) -> str:
    return "-".join(part for part in parts if part)


def _two_stages(
    kind: str, base: str, m: int, b: int, members: list[FrameMember], left_out: tuple[str, ...]
) -> Iterable[HouseholdList]:
    """A line of villages, and a line of households for every village: which are hit only the seed tells."""
    sizes: dict[str, int] = {}
    for member in members:
        sizes[member.village] = sizes.get(member.village, 0) + 1
    groups = stages.merged(sizes, b)
    group_of = {village: name for name, villages in groups.items() for village in villages}
    grouped: dict[str, list[FrameMember]] = {name: [] for name in groups}
    for member in members:
        grouped[group_of[member.village]].append(member)
    counts = {name: len(rows) for name, rows in grouped.items()}
    if len(counts) < m:
        raise TooFew((kind, len(counts), m))
    for count in counts.values():
        if stages.most_hits(count, len(members), m) * b > count:
            raise TooFew((kind, count, stages.most_hits(count, len(members), m) * b))
    stage = _joined(_VILLAGES, base)
    yield HouseholdList(kind, stage, m, 0, (), "", counts, left_out)
    for name, rows in sorted(grouped.items()):
        line = _plain(kind, _joined(base, name), b, rows)
        yield HouseholdList(kind, line.part, line.n, line.r, line.members, stage)
