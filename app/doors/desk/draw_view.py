"""What the page of a draw shows at each step, built from the round, its draw and its doors; writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import segno
from markupsafe import Markup
from sqlmodel import Session

from app.doors.desk.frame import Asked, Refusal
from app.doors.desk.rounds import county_name
from app.doors.desk.samples import SampleLine, households_of, line_of, people_of
from app.doors.desk.words import Voice
from app.doors.web.house import House
from app.findings.inspections import queries as inspections
from app.kernel import terms
from app.registry.households.queries import frame_counts
from app.registry.people.models import Role
from app.registry.people.queries import team_of
from app.registry.people.rules import Actor
from app.survey.rounds import queries, service
from app.survey.rounds.queries import DrawView, RoundView, Stratum

SOURCES = ("DICE10X20", "DICE6X26")
STEPS = ("draw_step_freeze", "draw_step_publish", "draw_step_dice", "draw_step_assign")
AT_STEP = {"open": 0, "frozen": 1, "drawn": 3, "closed": 4}


@dataclass(frozen=True)
class Step:
    """One step of the ceremony; `tone`: past | now | ''."""

    label: str
    tone: str


@dataclass(frozen=True)
class FrameRow:
    """A county's households as the register stands now."""

    name: str
    poor: int
    non_poor: int


@dataclass(frozen=True)
class Option:
    """A choice of a select."""

    value: str
    label: str


@dataclass(frozen=True)
class StratumRow:
    """One line of the commitment."""

    code: str
    label: str
    total: int
    n: int
    r: int
    digest: str


@dataclass(frozen=True)
class CountyTab:
    """A county whose lists can be shown."""

    code: str
    name: str
    is_here: bool


@dataclass(frozen=True)
class Member:
    """Somebody a household can be given to."""

    account: str
    name: str


@dataclass(frozen=True)
class ListOfStratum:
    """A stratum's ranks: those one may visit, then the reserves that are not open."""

    code: str
    label: str
    summary: str
    opened: Sequence[SampleLine]
    reserve: Sequence[SampleLine]
    team: Sequence[Member]
    has_open: bool


@dataclass(frozen=True)
class VoidLine:
    """An attempt that was voided."""

    draw: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class DrawPage:
    """What draw.html prints; what a step does not need is empty."""

    code: str
    name: str
    state: str
    steps: Sequence[Step]
    may_draw: bool
    form: Mapping[str, str]
    frame: Sequence[FrameRow] = ()
    sources: Sequence[Option] = ()
    quota_poor: str = ""
    quota_non_poor: str = ""
    draw: str = ""
    commitment_parts: Sequence[str] = ()
    committed_at: datetime | None = None
    source_words: str = ""
    qr: Markup | str = ""
    strata: Sequence[StratumRow] = ()
    seed_lead: str = ""
    seed_hint: str = ""
    is_dice: bool = True
    drawn_at: datetime | None = None
    parts: Sequence[str] = ()
    witnesses: Sequence[str] = ()
    seed: str = ""
    may_record: bool = False
    counties: Sequence[CountyTab] = ()
    county: str = ""
    may_assign: bool = False
    lists: Sequence[ListOfStratum] = ()
    voids: Sequence[VoidLine] = ()
    problem: Refusal | None = None
    faults: Mapping[str, str] = field(default_factory=dict)


def page_of(
    session: Session,
    house: House,
    actor: Actor,
    view: RoundView,
    voice: Voice,
    form: Mapping[str, str],
    asked: Asked,
    county: str,
) -> DrawPage:
    kept = {
        "source": SOURCES[0],
        "n_poor": str(view.quota["poor"][1]),
        "exclusions": "",
        "parts": "",
        "witnesses": "",
        "reason": "",
    }
    low, high = view.quota["non_poor"]
    kept |= {"n_non_poor": str((low + high) // 2)} | dict(form)
    common: dict[str, Any] = {
        "code": view.code,
        "name": view.name,
        "state": view.state,
        "steps": [Step(voice(key), _step_tone(n, AT_STEP[view.state])) for n, key in enumerate(STEPS)],
        "may_draw": service.is_city_officer(actor) and view.state != "closed",
        "form": kept,
        "voids": [
            VoidLine(each.id, each.voided_at, each.void_reason or "")
            for each in queries.void_draws(session, view.code)
            if each.voided_at
        ],
        "problem": asked.problem,
        "faults": asked.faults,
    }
    if view.draw is None:
        return DrawPage(**common, **_before(session, view, voice))
    common |= _committed(view, view.draw, voice)
    if view.draw.drawn_at is None:
        return DrawPage(**common)
    return DrawPage(**common, **_drawn(session, house, actor, view, view.draw, voice, county))


def _step_tone(place: int, at: int) -> str:
    return "past" if place < at else "now" if place == at else ""


def _before(session: Session, view: RoundView, voice: Voice) -> dict[str, Any]:
    counts = frame_counts(session)
    empty = {"poor": 0, "non_poor": 0}
    rows = [(county_name(county, voice.lang), counts.get(county.id, empty)) for county in view.counties]
    return {
        "frame": [FrameRow(name, tally["poor"], tally["non_poor"]) for name, tally in rows],
        "sources": [Option(source, voice(f"source_{source}")) for source in SOURCES],
        "quota_poor": voice("n_hint", low=view.quota["poor"][0], high=view.quota["poor"][1]),
        "quota_non_poor": voice("n_hint", low=view.quota["non_poor"][0], high=view.quota["non_poor"][1]),
    }


def _committed(view: RoundView, draw: DrawView, voice: Voice) -> dict[str, Any]:
    names = {county.code: county_name(county, voice.lang) for county in view.counties}
    is_dice = draw.source in SOURCES
    suffix = f"_{draw.source}" if is_dice else ""
    return {
        "draw": draw.id,
        "commitment_parts": [draw.commitment[at : at + 8] for at in range(0, 64, 8)],
        "committed_at": draw.committed_at,
        "source_words": voice(f"source_{draw.source}") if is_dice else draw.source,
        "qr": commitment_qr(draw),
        "strata": [
            StratumRow(s.code, stratum_label(s, names, voice), s.N, s.n, s.r, s.frame_digest) for s in draw.strata
        ],
        "seed_lead": voice(f"seed_lead{suffix}"),
        "seed_hint": voice(f"seed_part_hint{suffix}"),
        "is_dice": is_dice,
    }


def stratum_label(stratum: Stratum, names: Mapping[str, str], voice: Voice) -> str:
    """County and list in words."""
    kind = terms.label("stratum", stratum.kind, voice.lang)
    return voice("list_label", county=names.get(stratum.county, stratum.county), stratum=kind)


def commitment_qr(draw: DrawView) -> Markup:
    """Draw and commitment as a QR code, inline SVG without style; segno writes nothing of what it is given."""
    code = segno.make(f"{draw.id} {draw.commitment}", error="m", micro=False)
    return Markup(code.svg_inline(scale=4, border=2, svgclass="qr", lineclass=None, omitsize=True))


def _drawn(
    session: Session, house: House, actor: Actor, view: RoundView, draw: DrawView, voice: Voice, county: str
) -> dict[str, Any]:
    stored = queries.standing_draw(session, view.code)
    may_record = actor.is_city or view.state == "closed"
    codes = list(dict.fromkeys(stratum.county for stratum in draw.strata))
    chosen = county if county in codes else codes[0]
    names = {each.code: county_name(each, voice.lang) for each in view.counties}
    may_assign = view.state != "closed" and (
        service.is_city_officer(actor) or (actor.role == Role.TEAM_LEADER and actor.covers(chosen))
    )
    return {
        "drawn_at": draw.drawn_at,
        "parts": (stored.parts or []) if stored else [],
        "witnesses": [str(witness) for witness in (stored.witnesses or [])] if stored else [],
        "seed": (stored.seed or "") if stored else "",
        "may_record": may_record,
        "counties": [CountyTab(code, names.get(code, code), code == chosen) for code in codes],
        "county": chosen,
        "may_assign": may_assign,
        "lists": _lists(session, house, actor, view, draw, voice, chosen, names),
    }


def _lists(
    session: Session,
    house: House,
    actor: Actor,
    view: RoundView,
    draw: DrawView,
    voice: Voice,
    county: str,
    names: Mapping[str, str],
) -> list[ListOfStratum]:
    rows = queries.list_samples(session, actor, view.code, county)
    doors = inspections.doors_of(session, rows, house.settings.tz)
    households = households_of(session, actor, doors)
    team = [Member(account.account, account.name) for account in team_of(session, county)]
    people = people_of(session)
    lists = []
    for stratum in sorted((s for s in draw.strata if s.county == county), key=lambda s: s.kind != "poor"):
        lines = [
            line_of(door, households, people, voice, round_code=view.code)
            for door in doors
            if door.row.kind == stratum.kind
        ]
        lists.append(
            ListOfStratum(
                code=stratum.code,
                label=stratum_label(stratum, names, voice),
                summary=voice("list_summary", total=stratum.N, n=stratum.n, r=stratum.r),
                opened=[line for line in lines if line.state != "reserve"],
                reserve=[line for line in lines if line.state == "reserve"],
                team=team,
                has_open=any(line.state == "open" for line in lines),
            )
        )
    return lists
