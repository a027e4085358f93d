"""Rounds and samples, pure: sample ids, outcome codes of doorsteps, and the rule by which reserves open.

The phone computes the same walk from the same events (pwa/src/domain): both run
tests/contracts/cases/opening_rule.json. A reserve opens only when every rank before it has been opened and
completed plus open among them are fewer than n, so nobody chooses whom to replace a household by. A completed
interview wins over any other ending, whenever it came; a reserve that it makes superfluous is kept, not counted.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

from app.kernel.clock import rfc3339
from app.methods.draw.rules import is_field

ROUND_CODE_MOST = 56
STRATA = {"poor": "P", "non_poor": "N"}
"""Stratum of the sample → letter in HHD1's `640104-P`."""

_KINDS = {letter: kind for kind, letter in STRATA.items()}
_PART = r"(?:\.(?P<part>[0-9A-Z_-]{1,24}))?"
_SAMPLE = re.compile(
    r"(?P<draw>.+)\.(?P<county>[0-9]{6})-(?P<letter>[PN])" + _PART + r"\.(?P<rank>[1-9][0-9]{0,8})", re.ASCII
)
_STRATUM = re.compile(r"(?P<county>[0-9]{6})-(?P<letter>[PN])" + _PART, re.ASCII)
_SERIES = re.compile(r"-(C[1-9][0-9]*|T)$", re.ASCII)
_DRAW = re.compile(r"(?P<round>.+)-A[1-9][0-9]*", re.ASCII)


class SampleState(StrEnum):
    """Where a sampled household stands (terms: sample_state)."""

    RESERVE = "reserve"
    OPEN = "open"
    COMPLETED = "completed"
    NON_RESPONSE = "non_response"
    NOT_ELIGIBLE = "not_eligible"


ENDS = {
    **dict.fromkeys(("C1", "C2", "C3"), SampleState.COMPLETED),
    **dict.fromkeys(("N1", "N2", "N3", "N4"), SampleState.NON_RESPONSE),
    **dict.fromkeys(("X1", "X2", "X3"), SampleState.NOT_ELIGIBLE),
}
"""Outcome codes that end a rank. R1 is none: another team goes, nobody is substituted."""


@dataclass(frozen=True)
class SampleRef:
    """What a sample id says: `2017-1-A1.640104-P.7`, with a part `2018-1-A1.640104-P.FRESH.7`."""

    draw: str
    county: str
    kind: str
    rank: int
    part: str = ""

    @property
    def stratum(self) -> str:
        return stratum_code(self.county, self.kind, self.part)

    @property
    def round(self) -> str:
        return round_of(self.draw)

    def __str__(self) -> str:
        return f"{self.draw}.{self.stratum}.{self.rank}"


def stratum_code(county: str, kind: str, part: str = "") -> str:
    """HHD1's name of a county's poor or non-poor households, or of a part of them: `640104-P`, `640104-P.FRESH`."""
    return f"{county}-{STRATA[kind]}" + (f".{part}" if part else "")


PANEL = "PANEL"
FRESH = "FRESH"


def is_panel(part: str) -> bool:
    """Whether a part holds households that an earlier round interviewed (statistics 1.6)."""
    return part == PANEL


def parse_sample_id(text: object) -> SampleRef | None:
    """The parts of a sample id, or None: an op that names no readable sample is kept all the same."""
    match = _SAMPLE.fullmatch(text) if isinstance(text, str) and len(text) <= 128 else None
    if match is None or not is_field(match["draw"]) or not _DRAW.fullmatch(match["draw"]):
        return None
    kind, rank = _KINDS[match["letter"]], int(match["rank"])
    return SampleRef(match["draw"], match["county"], kind, rank, match["part"] or "")


def is_round_code(text: object) -> bool:
    """`[0-9A-Z._-]`, at most 56 characters, so that the names of its draws still fit HHD1.

    An ending like `-C1` or `-T` belongs to the names of covert and of team draws.
    """
    return is_field(text) and isinstance(text, str) and len(text) <= ROUND_CODE_MOST and _SERIES.search(text) is None


def round_of(draw: str) -> str:
    """The round of a draw: `2017-1` for `2017-1-A2`, for the covert `2017-1-C1-A1`, for the teams' `2017-1-T-A1`."""
    return _SERIES.sub("", draw.rpartition("-A")[0])


def is_covert(draw: str) -> bool:
    """Whether a draw's name is that of a covert one (no round's name can end like that)."""
    return "-C" in draw and _SERIES.search(draw.rpartition("-A")[0]) is not None


class DrawState(StrEnum):
    """Where a draw's ceremony stands; it only ever goes forward."""

    FREEZING = "freezing"
    FROZEN = "frozen"
    SIGNED = "signed"
    DRAWN = "drawn"
    VOID = "void"


NEXT: Mapping[DrawState, frozenset[DrawState]] = {
    DrawState.FREEZING: frozenset({DrawState.FROZEN}),
    DrawState.FROZEN: frozenset({DrawState.SIGNED, DrawState.DRAWN, DrawState.VOID}),
    DrawState.SIGNED: frozenset({DrawState.DRAWN, DrawState.VOID}),
    DrawState.DRAWN: frozenset({DrawState.VOID}),
    DrawState.VOID: frozenset(),
}
"""What may follow. A guided draw may not go from frozen to drawn: its commitment is signed first."""


def state_of(*, committed: bool, signed: bool = False, drawn: bool = False, void: bool = False) -> DrawState:
    """The state that a draw's row amounts to."""
    if void:
        return DrawState.VOID
    if not committed:
        return DrawState.FREEZING
    return DrawState.DRAWN if drawn else DrawState.SIGNED if signed else DrawState.FROZEN


def may_follow(now: DrawState, then: DrawState, *, guided: bool) -> bool:
    """Whether a draw may go from one state to another."""
    if guided and (now, then) == (DrawState.FROZEN, DrawState.DRAWN):
        return False
    return then in NEXT[now]


# --- doorsteps ---


@dataclass(frozen=True)
class Doorstep:
    """One visit to a sampled household, or an office decision about it, as the phone or the server knows it.

    `result`, `where`, `why` are the form's contact_result, met_where and no_such_why; `outcome` is the code of a
    `kind: outcome` op. `corrects` names the op that this one replaces. `held`: quarantined or in conflict, so
    that it does not count yet.
    """

    op_id: str
    started_at: datetime
    result: str | None = None
    where: str | None = None
    why: str | None = None
    outcome: str | None = None
    corrects: str | None = None
    held: bool = False


@dataclass(frozen=True)
class Outcome:
    """What the doorsteps of one household amount to: nothing (None), `attempt`, `R1`, or an ending code.

    `at` is the start of the doorstep that brought it, `op_id` its op.
    """

    code: str | None = None
    at: datetime | None = None
    op_id: str | None = None

    @property
    def end(self) -> SampleState | None:
        return ENDS.get(self.code or "")


def part_of_day(instant: datetime, tz: ZoneInfo) -> int:
    """0 before noon, 1 from 12 to 18, 2 from 18 on, where the people live."""
    hour = instant.astimezone(tz).hour
    return 0 if hour < 12 else 1 if hour < 18 else 2


def doorstep_code(step: Doorstep) -> str | None:
    """The code of one doorstep by itself: C1–C3, `attempt`, N2, N3, X1, X2, or what the office decided."""
    if step.outcome is not None:
        return step.outcome if step.outcome in ENDS or step.outcome == "R1" else None
    match step.result:
        case "completed":
            return {"elsewhere": "C2", "phone": "C3"}.get(step.where or "", "C1")
        case "absent" | "away":
            return "attempt"
        case "refused":
            return "N2"
        case "incapable":
            return "N3"
        case "no_such":
            return "X2" if step.why == "wrong" else "X1"
    return None


def in_effect(steps: Sequence[Doorstep]) -> list[Doorstep]:
    """The doorsteps that count, in the order of their start; a corrected one gives way to its latest correction.

    `steps` come in the order in which they were accepted. A held correction replaces nothing yet.
    """
    corrects = {step.op_id: step.corrects for step in steps}
    chains = {step.op_id: _chain(step.op_id, corrects) for step in steps}
    accepted = [step for step in steps if not step.held]
    replaced = {older for step in accepted for older in chains[step.op_id][1:]}
    latest = {chains[step.op_id][-1]: step for step in accepted if step.op_id not in replaced}
    return sorted(latest.values(), key=lambda step: (step.started_at, step.op_id))


def _chain(op_id: str, corrects: Mapping[str, str | None]) -> list[str]:
    """The op and those it replaces, directly or through another correction; a loop ends where it began."""
    chain = [op_id]
    while (older := corrects.get(chain[-1])) is not None and older not in chain:
        chain.append(older)
    return chain


def outcome_of(steps: Sequence[Doorstep], tz: ZoneInfo) -> Outcome:
    """A completed interview wins; else the first ending of a household, else its last attempt or R1, else nothing.

    Completed wins whenever it came, so that the counted households are the first n reachable ranks: that is what
    makes them a simple random sample of the reachable (statistics §1.4). Absent and away are attempts; the second
    whose start lies in another part of the day ends as N1.
    """
    latest, parts = Outcome(), set[int]()
    for step in in_effect(steps):
        code = doorstep_code(step)
        if code is None:
            continue
        if code == "attempt":
            parts.add(part_of_day(step.started_at, tz))
            code = "N1" if len(parts) > 1 else code
        found = Outcome(code, step.started_at, step.op_id)
        if found.end is SampleState.COMPLETED:
            return found
        if latest.end is None:
            latest = found
    return latest


# --- the opening rule ---


@dataclass(frozen=True)
class Standing:
    """State of one rank, and since when it may be visited (None: it may not)."""

    state: SampleState
    opened_at: datetime | None


def standings(n: int, drawn_at: datetime, outcomes: Iterable[Outcome]) -> list[Standing]:
    """Walk one stratum's ranks 1, 2, … and say which are open.

    A main rank is open since the draw; the i-th reserve since the i-th ending without an interview among the
    ranks before it. What happened at a door that was not open does not count: the rank stays a reserve.
    """
    walked: list[Standing] = []
    ended: list[datetime] = []
    holding = 0
    for rank, outcome in enumerate(outcomes, start=1):
        if rank > n and holding >= n:
            walked.append(Standing(SampleState.RESERVE, None))
            continue
        opened_at = drawn_at if rank <= n else sorted(ended)[rank - n - 1]
        walked.append(Standing(outcome.end or SampleState.OPEN, opened_at))
        if walked[-1].state in (SampleState.OPEN, SampleState.COMPLETED):
            holding += 1
        elif outcome.at is not None:
            ended.append(outcome.at)
    return walked


# --- samples ---


@dataclass(frozen=True)
class SampleRow:
    """A drawn household: its rank among `main` main ones and the reserves that follow them."""

    sample_id: str
    unit: str
    registered_id: str
    status: str
    county_id: int
    county: str
    kind: str
    stratum: str
    rank: int
    main: int
    drawn_at: datetime
    assigned_to: str | None
    part: str = ""

    @property
    def is_panel(self) -> bool:
        """Visited before and drawn again for change: shown apart, in no rate."""
        return is_panel(self.part)


@dataclass(frozen=True)
class SampleItem:
    """A sampled household with what its doorsteps and those before it make of it."""

    row: SampleRow
    state: SampleState
    opened_at: datetime | None
    outcome: Outcome
    is_twin: bool = False
    """The household counts by another draw of its round (twins.py)."""

    @property
    def is_surplus(self) -> bool:
        """Interviewed, but the rule has closed its rank or its twin counts: kept, marked, and not counted (R25)."""
        is_closed = self.state is SampleState.RESERVE
        return (is_closed or self.is_twin) and self.outcome.end is SampleState.COMPLETED

    @property
    def is_counted(self) -> bool:
        """Interviewed at an open rank, and not by another draw."""
        return self.state is SampleState.COMPLETED and not self.is_twin

    def as_dict(self) -> dict[str, object]:
        """The shape of `/rounds/{code}/sample`."""
        return {
            "sample_id": self.row.sample_id,
            "household": self.row.unit,
            "county": self.row.county,
            "stratum": self.row.kind,
            "list": self.row.stratum,
            "rank": self.row.rank,
            "state": self.state.value,
            "opened_at": self.opened_at and rfc3339(self.opened_at),
            "assigned_to": self.row.assigned_to,
            "outcome": self.outcome.code,
            "surplus": self.is_surplus,
        }


def sample_standings(
    rows: Sequence[SampleRow], doorsteps: Mapping[str, Sequence[Doorstep]], tz: ZoneInfo
) -> list[SampleItem]:
    """State of every drawn household from the doorsteps by sample id; whole strata, each in the order of its ranks."""
    items: list[SampleItem] = []
    for _, group in groupby(rows, key=lambda row: row.sample_id.rpartition(".")[0]):
        ranks = list(group)
        outcomes = [outcome_of(doorsteps.get(row.sample_id, ()), tz) for row in ranks]
        walked = standings(ranks[0].main, ranks[0].drawn_at, outcomes)
        items += [
            SampleItem(row, standing.state, standing.opened_at, outcome)
            for row, standing, outcome in zip(ranks, walked, outcomes, strict=True)
        ]
    return items
