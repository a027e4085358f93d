"""What the page of a draw shows at each step, built from the round, its draw and its doors; writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlmodel import Session

from app.doors.desk.draw_lists import ListOfStratum, lists_of, stratum_label
from app.doors.desk.frame import Asked, Refusal
from app.doors.desk.plan_form import PLAN_FIELDS
from app.doors.desk.qr import qr_of
from app.doors.desk.rounds import county_name
from app.doors.desk.words import Voice
from app.doors.web.house import House
from app.kernel.terms import label
from app.methods.draw.sources import parts_of
from app.registry.households.queries import frame_counts
from app.registry.people.models import Role
from app.registry.people.rules import Actor
from app.survey.rounds import queries, service
from app.survey.rounds.ceremony import PARTIES, check_order
from app.survey.rounds.models import Draw
from app.survey.rounds.queries import DrawView, RoundView
from app.survey.rounds.record import record_digest
from app.survey.rounds.team_queries import find_team_draw, list_teams

DICE = ("DICE10X20", "DICE6X26")
SOURCES = (*DICE, "PARTY3")
NEW = "new"
TYPED = (
    *PLAN_FIELDS,
    "exclusions",
    "parts",
    "witnesses",
    "source_other",
    "as_of",
    "origin",
    "exported_by",
    "sign_place",
    "pledges",
    "place",
    "photo",
    "reason",
    "asked_by",
)
MODES = ("round", "county", "covert")
ROUND_MODES = ("independent", "fresh", "panel")
STEPS = ("draw_step_freeze", "draw_step_sign", "draw_step_dice", "draw_step_assign")
AT_STEP = {"open": 0, "frozen": 1, "signed": 2, "drawn": 3, "closed": 4}


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
class DrawTab:
    """One of the draws that stand in the round."""

    id: str
    label: str
    state: str
    is_here: bool


@dataclass(frozen=True)
class PartyField:
    """A line to enter the signer of one party."""

    name: str
    label: str
    value: str


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
class SentLine:
    """Which team goes to a county."""

    county: str
    team: str


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
    tabs: Sequence[DrawTab] = ()
    may_new: bool = False
    may_note: bool = False
    modes: Sequence[Option] = ()
    round_modes: Sequence[Option] = ()
    frame: Sequence[FrameRow] = ()
    sources: Sequence[Option] = ()
    quota_poor: str = ""
    quota_non_poor: str = ""
    draw: str = ""
    is_covert: bool = False
    note: str = ""
    exclusions: Sequence[Mapping[str, str]] = ()
    parties: Sequence[PartyField] = ()
    needs_pledges: bool = False
    pledges_hint: str = ""
    signed_at: datetime | None = None
    signed_place: str = ""
    signers: Sequence[str] = ()
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
    record_sha256: str = ""
    key_id: str = ""
    order_words: str = ""
    may_record: bool = False
    counties: Sequence[CountyTab] = ()
    county: str = ""
    may_assign: bool = False
    lists: Sequence[ListOfStratum] = ()
    sent: Sequence[SentLine] = ()
    plan_open: bool = False
    voids: Sequence[VoidLine] = ()
    problem: Refusal | None = None
    faults: Mapping[str, str] = field(default_factory=dict)


def chosen_draw(view: RoundView, draw_id: str) -> DrawView | None:
    """The named draw, or of several the first that waits for the next step, or the first."""
    named = next((draw for draw in view.draws if draw.id == draw_id), None)
    return named or next((draw for draw in view.draws if draw.drawn_at is None), view.draw)


def find_draw(session: Session, actor: Actor, view: RoundView, draw_id: str) -> DrawView | None:
    """The draw that a page means: that of teams by its id, else one of households (chosen_draw)."""
    teams = find_team_draw(session, view.code)
    if teams is not None and teams.id == draw_id:
        return queries.get_team_draw(session, actor, view.code)
    return chosen_draw(view, draw_id)


def page_of(
    session: Session,
    house: House,
    actor: Actor,
    view: RoundView,
    voice: Voice,
    form: Mapping[str, str],
    asked: Asked,
    county: str,
    draw_id: str = "",
) -> DrawPage:
    """The step that the chosen draw is at; `draw_id` NEW asks for the form of another draw."""
    may_draw = service.is_city_officer(actor) and view.state != "closed"
    draw = None if draw_id == NEW and may_draw else find_draw(session, actor, view, draw_id)
    state = "open" if draw is None else "closed" if view.state == "closed" else str(draw.state)
    common: dict[str, Any] = {
        "code": view.code,
        "name": view.name,
        "state": state,
        "steps": [Step(voice(key), _step_tone(n, AT_STEP[state])) for n, key in enumerate(STEPS)],
        "may_draw": may_draw,
        "may_note": actor.is_city,
        "may_new": may_draw and bool(view.draws) and draw is not None,
        "tabs": _tabs(view, draw, voice) if len(view.draws) > 1 or draw is None else (),
        "form": _kept(view) | dict(form),
        "problem": asked.problem,
        "faults": asked.faults,
    }
    if draw is None:
        common["voids"] = _voids(session, view, covert=False) if actor.is_city else ()
        common["plan_open"] = any(common["form"].get(key) for key in PLAN_FIELDS if key != "plan_mode") or any(
            name.startswith("plan") for name in asked.faults
        )
        return DrawPage(**common, **_before(session, view, voice))
    stored = queries.standing_draw(session, view.code, draw.id)
    common |= _committed(view, draw, voice) | _signed(stored, voice)
    common |= {"key_id": house.keys.key_id}
    if actor.is_city or view.state == "closed":
        common["voids"] = _voids(session, view, covert=draw.covert)
    common["parties"] = [
        PartyField(f"signer_{key}", voice(f"party_{key}"), str(common["form"].get(f"signer_{key}", "")))
        for key in PARTIES
        if not ((draw.covert or draw.of_teams) and key == "county")
    ]
    if draw.drawn_at is None:
        return DrawPage(**common)
    if actor.is_city:
        faults = check_order(session, view.code)
        common["order_words"] = voice("order_wrong", faults="; ".join(faults)) if faults else voice("order_right")
    return DrawPage(**common, **_drawn(session, house, actor, view, draw, stored, voice, county))


def _kept(view: RoundView) -> dict[str, str]:
    """What the forms hold before anybody typed."""
    low, high = view.quota["non_poor"]
    numbers = {"n_poor": str(view.quota["poor"][1]), "n_non_poor": str((low + high) // 2)}
    return dict.fromkeys(TYPED, "") | {"source": SOURCES[0], "mode": MODES[0]} | numbers


def _tabs(view: RoundView, here: DrawView | None, voice: Voice) -> list[DrawTab]:
    names = {county.code: county_name(county, voice.lang) for county in view.counties}
    tabs = []
    for draw in view.draws:
        counties = [names.get(code, code) for code in queries.counties_in(draw.strata)]
        label = voice("and").join(counties) if len(counties) < 4 else draw.id
        tabs.append(DrawTab(draw.id, label, voice(f"draw_state_{draw.state}"), draw == here))
    return tabs


def _voids(session: Session, view: RoundView, *, covert: bool) -> list[VoidLine]:
    """The void attempts; those of covert draws stay with covert draws until the close."""
    every = [*queries.void_draws(session, view.code), *queries.void_draws(session, view.code, teams=True)]
    return [
        VoidLine(draw.id, draw.voided_at, draw.void_reason or "")
        for draw in every
        if draw.voided_at is not None and (draw.covert <= covert or view.state == "closed")
    ]


def _signed(stored: Draw | None, voice: Voice) -> dict[str, Any]:
    """From where the list is, who was left out, who signed."""
    if stored is None:
        return {}
    signers = [voice("signer", party=voice(f"party_{row['party']}"), name=row["name"]) for row in stored.signers or ()]
    return {
        "is_covert": stored.covert or stored.of_teams,
        "note": voice("frame_note", **stored.frame_note) if stored.frame_note else "",
        "exclusions": _exclusions(stored, voice),
        "needs_pledges": any(part.party for part in parts_of(stored.source) or ()),
        "pledges_hint": voice("pledges_hint", draw=stored.id),
        "signed_at": stored.signed_at,
        "signed_place": stored.signed_place or "",
        "signers": signers,
    }


def _exclusions(stored: Draw, voice: Voice) -> list[Mapping[str, str]]:
    """Households with their reasons as written; pairs of team and county with theirs in words."""
    if not stored.of_teams:
        return list(stored.exclusions)
    return [
        {
            "unit": row["unit"],
            "reason": voice("and").join(label("team_bar", why, voice.lang) for why in row["reason"].split()),
        }
        for row in stored.exclusions
    ]


def _step_tone(place: int, at: int) -> str:
    return "past" if place < at else "now" if place == at else ""


def _before(session: Session, view: RoundView, voice: Voice) -> dict[str, Any]:
    counts = frame_counts(session)
    empty = {"poor": 0, "non_poor": 0}
    rows = [(county_name(county, voice.lang), counts.get(county.id, empty)) for county in view.counties]
    return {
        "frame": [FrameRow(name, tally["poor"], tally["non_poor"]) for name, tally in rows],
        "sources": [Option(source, voice(f"source_{source}")) for source in SOURCES],
        "modes": [Option(mode, voice(f"draw_by_{mode}")) for mode in MODES],
        "round_modes": [Option(mode, voice(f"plan_{mode}")) for mode in ROUND_MODES],
        "quota_poor": voice("n_hint", low=view.quota["poor"][0], high=view.quota["poor"][1]),
        "quota_non_poor": voice("n_hint", low=view.quota["non_poor"][0], high=view.quota["non_poor"][1]),
    }


def _committed(view: RoundView, draw: DrawView, voice: Voice) -> dict[str, Any]:
    names = {county.code: county_name(county, voice.lang) for county in view.counties}
    is_dice, is_known = draw.source in DICE, draw.source in SOURCES
    suffix = f"_{draw.source}" if is_dice else ""
    return {
        "draw": draw.id,
        "commitment_parts": [draw.commitment[at : at + 8] for at in range(0, 64, 8)],
        "committed_at": draw.committed_at,
        "source_words": voice(f"source_{draw.source}") if is_known else draw.source,
        "qr": commitment_qr(draw),
        "strata": [
            StratumRow(s.code, stratum_label(s, names, voice), s.N, s.n, s.r, s.frame_digest) for s in draw.strata
        ],
        "seed_lead": voice(f"seed_lead{suffix}"),
        "seed_hint": voice(f"seed_part_hint{suffix}"),
        "is_dice": is_dice,
    }


def commitment_qr(draw: DrawView) -> Markup:
    """Draw and commitment as a QR code."""
    return qr_of(f"{draw.id} {draw.commitment}")


def _drawn(
    session: Session,
    house: House,
    actor: Actor,
    view: RoundView,
    draw: DrawView,
    stored: Draw | None,
    voice: Voice,
    county: str,
) -> dict[str, Any]:
    may_record = actor.is_city or view.state == "closed"
    common: dict[str, Any] = {
        "drawn_at": draw.drawn_at,
        "parts": (stored.parts or []) if stored else [],
        "witnesses": [str(witness) for witness in (stored.witnesses or [])] if stored else [],
        "seed": (stored.seed or "") if stored else "",
        "may_record": may_record,
        "record_sha256": record_digest(stored) if stored and may_record else "",
    }
    if draw.of_teams:
        return common | {"sent": _sent(session, view, stored, voice)}
    codes = list(dict.fromkeys(stratum.county for stratum in draw.strata))
    chosen = county if county in codes else codes[0]
    names = {each.code: county_name(each, voice.lang) for each in view.counties}
    may_assign = view.state != "closed" and (
        service.is_city_officer(actor) or (actor.role == Role.TEAM_LEADER and actor.covers(chosen))
    )
    return common | {
        "counties": [CountyTab(code, names.get(code, code), code == chosen) for code in codes],
        "county": chosen,
        "may_assign": may_assign,
        "lists": lists_of(session, house, actor, view, draw, voice, chosen, names),
    }


def _sent(session: Session, view: RoundView, stored: Draw | None, voice: Voice) -> list[SentLine]:
    names = {county.code: county_name(county, voice.lang) for county in view.counties}
    teams = {team.code: f"{team.code} {team.name}" for team in list_teams(session, view.code)}
    given = (stored.teams if stored else None) or {}
    return [SentLine(names.get(code, code), teams.get(team, team)) for code, team in sorted(given.items())]
