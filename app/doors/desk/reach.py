"""进度与覆盖: how far each county's sample was reached, what that leaves open, and what did not keep the rule.

The fence is the round's own (`rounds.queries`): before the close its teams and the city, afterwards each desk its
counties. A county is shown from its doorsteps, walked when asked. Of a round with more ranks than MOST_RANKS the
counties stand in one table from kept sums, each leading to a page of its own (decision 0078). Sums of whole households,
never means of rates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.doors.desk.frame import Crumb, show, voice_of
from app.doors.desk.plots import TARGET_ITEMS
from app.doors.desk.progress import doors_seen
from app.doors.desk.rounds import county_name
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller
from app.doors.web.house import House, TheHouse
from app.figures.indicators import progress as rules
from app.figures.indicators import queries as indicators
from app.figures.indicators.counts import counts_of
from app.figures.indicators.progress import Bounds, StratumProgress, VillageProgress
from app.figures.indicators.reached import progress_from
from app.figures.indicators.rules import ANSWERS, CountyFacts, Interview, Tally
from app.findings.inspections import queries as inspections
from app.findings.inspections.queries import Door
from app.findings.quality import field as quality
from app.findings.quality.queries import not_drawn_records
from app.kernel import terms
from app.kernel.problems import NotFound
from app.registry.households.package import package_households
from app.registry.people.rules import Actor
from app.survey.rounds import queries as rounds
from app.survey.rounds.queries import RoundView

router = APIRouter(include_in_schema=False)

KINDS = ("poor", "non_poor")
TONES = {"under": "bad", "within": "done", "over": "wait"}
MOST_RANKS = 600
"""So many drawn households, reserves included, are walked for one page: 42 in each of fourteen counties."""


@dataclass(frozen=True)
class StratumLine:
    """One stratum of a county in the table."""

    kind: str
    label: str
    drawn: int
    opened: int
    completed: int
    open: int
    codes: str
    substitution: str
    is_limited: bool
    quota: str
    quota_word: str
    tone: str
    surplus: int
    panel: int
    short: str
    """That the reserves do not suffice for the fewest."""
    warnings: Sequence[str]


@dataclass(frozen=True)
class BoundLine:
    """One item whose rate is known only between bounds."""

    item: str
    sentence: str


@dataclass(frozen=True)
class ModeLine:
    """Households met in one way, with the three items counted among them."""

    code: str
    count: int
    items: Sequence[str]


@dataclass(frozen=True)
class DoubtLine:
    """A record that did not keep the rule, or a surplus one."""

    label: str
    href: str
    words: str


@dataclass(frozen=True)
class CountyReach:
    """One county's block."""

    code: str
    name: str
    strata: Sequence[StratumLine]
    bounds: Sequence[BoundLine]
    modes: Sequence[ModeLine]
    villages: Sequence[VillageProgress]
    doubts: Sequence[DoubtLine]
    surplus: Sequence[DoubtLine]


@dataclass(frozen=True)
class CountyLine:
    """One county in the table of many."""

    code: str
    name: str
    strata: Sequence[StratumLine]


@dataclass(frozen=True)
class ReachPage:
    """What reach.html prints: counties with everything, or `lines` where they are too many to be walked at once."""

    code: str
    city: Sequence[StratumLine]
    counties: Sequence[CountyReach]
    lines: Sequence[CountyLine] = ()
    is_one: bool = False
    items: Sequence[str] = TARGET_ITEMS


@router.get("/rounds/{code}/reach")
def reach_page(
    code: str,
    request: Request,
    house: TheHouse,
    actor: Caller,
    county: Annotated[str, Query(max_length=6)] = "",
) -> HTMLResponse:
    """Progress and coverage of a round, or of one of its counties."""
    voice = voice_of(request)
    with house.db.read() as session:
        view = rounds.get_round(session, actor, code)
        view = view.narrowed(county) if county else view
        if not ranks_of(view):
            raise NotFound("还没有抽样名单,或不在您的范围内。", "No sample yet, or none within your scope.")
        if county or ranks_of(view) <= MOST_RANKS:
            page = _page(session, house, actor, view, county, voice)
        else:
            page = _overview(session, house, actor, view, voice)
    title = f"{voice('reach_title')} · {view.name}"
    return show(request, "reach.html", page, title=title, at="board", crumbs=_crumbs(view, county, voice), actor=actor)


def _crumbs(view: RoundView, county: str, voice: Voice) -> list[Crumb]:
    above = [Crumb(voice("rounds_title"), "/rounds"), Crumb(view.name, f"/rounds/{view.code}")]
    if not county:
        return [*above, Crumb(voice("reach_title"))]
    names = [county_name(each, voice.lang) for each in view.counties]
    return [*above, Crumb(voice("reach_title"), f"/rounds/{view.code}/reach"), *(Crumb(name) for name in names)]


def ranks_of(view: RoundView) -> int:
    """Households drawn in the counties of a view, reserves included."""
    codes = {county.code for county in view.counties}
    lines = [line for draw in view.draws if draw.drawn_at is not None for line in draw.strata if line.county in codes]
    return sum(line.main + line.reserve for line in lines)


def _page(session: Session, house: House, actor: Actor, view: RoundView, only: str, voice: Voice) -> ReachPage:
    doors = doors_seen(session, house, actor, view, only or None)
    facts = {each.code: each for each in indicators.county_facts(session, view, house.settings.tz)}
    blocks, parts = [], []
    for county in view.counties:
        mine = [door for door in doors if door.row.county == county.code]
        if not mine:
            continue
        strata = [progress_of_county(mine, facts[county.code], kind) for kind in KINDS]
        parts += strata
        name = county_name(county, voice.lang)
        blocks.append(_county(session, house, view, county.code, name, mine, facts[county.code], strata, voice))
    city = [rules.together(parts, kind) for kind in KINDS] if len(blocks) > 1 else []
    return ReachPage(view.code, [_line(each, voice) for each in city], blocks, is_one=bool(only))


def _overview(session: Session, house: House, actor: Actor, view: RoundView, voice: Voice) -> ReachPage:
    """All counties from kept sums; those that the sums do not tell are walked."""
    counted = counts_of(session, view, house.settings.tz, ())
    known = progress_from(view, counted)
    drawn = {line.county for draw in view.draws if draw.drawn_at is not None for line in draw.strata}
    lines, parts = [], []
    for county in view.counties:
        if county.code not in drawn:
            continue
        strata = known.get(county.code)
        if strata is None:
            doors = doors_seen(session, house, actor, view, county.code)
            (facts,) = indicators.county_facts(session, view.narrowed(county.code), house.settings.tz)
            strata = [progress_of_county(doors, facts, kind) for kind in KINDS]
        strata = [replace(each, by_code=without_interviews(each.by_code)) for each in strata]
        parts += strata
        lines.append(CountyLine(county.code, county_name(county, voice.lang), [_line(each, voice) for each in strata]))
    city = [rules.together(parts, kind) for kind in KINDS]
    return ReachPage(view.code, [_line(each, voice) for each in city], (), lines)


def without_interviews(codes: Mapping[str, int]) -> dict[str, int]:
    """The outcomes without an interview: sums do not know where somebody was met."""
    return {code: count for code, count in codes.items() if not code.startswith("C")}


def progress_of_county(doors: Sequence[Door], facts: CountyFacts, kind: str) -> StratumProgress:
    """The progress of one stratum of a county from its doors."""
    items = [door.item for door in doors if door.row.kind == kind]
    frame = (facts.poor if kind == "poor" else facts.non_poor) or 0
    return rules.stratum_progress(facts.code, kind, frame, facts.quota[kind], items)


def _line(part: StratumProgress, voice: Voice) -> StratumLine:
    reached = part.reach
    codes = [f"{terms.label('outcome', code, voice.lang)} {count}" for code, count in part.by_code.items()]
    short = part.quota_state == "under" and not part.can_still_fill
    short_words = voice("reach_cannot_fill", n=part.missing) if short else ""
    return StratumLine(
        kind=part.kind,
        label=terms.label("stratum", part.kind, voice.lang),
        drawn=reached.main,
        opened=reached.opened,
        completed=reached.completed,
        open=part.open,
        codes=voice("and").join(codes) or "—",
        substitution=f"{reached.substitution_rate}%" if reached.substitution_rate is not None else "—",
        is_limited=reached.is_limited,
        quota=f"{part.quota[0]}–{part.quota[1]}",
        quota_word=terms.label("quota_state", part.quota_state, voice.lang),
        tone=TONES[part.quota_state],
        surplus=part.surplus,
        panel=part.panel_completed,
        short=short_words,
        warnings=[*([voice("progress_limited")] if reached.is_limited else []), *([short_words] if short else [])],
    )


def _county(
    session: Session,
    house: House,
    view: RoundView,
    code: str,
    name: str,
    doors: Sequence[Door],
    facts: CountyFacts,
    strata: Sequence[StratumProgress],
    voice: Voice,
) -> CountyReach:
    poor = next(part for part in strata if part.kind == "poor")
    faults = quality.sample_faults(doors, house.settings.tz)
    places = _places(session, doors)
    return CountyReach(
        code=code,
        name=name,
        strata=[_line(part, voice) for part in strata],
        bounds=_bounds(facts, poor, voice),
        modes=_modes(session, doors, facts, voice),
        villages=rules.village_progress(places, [door.item for door in doors]),
        doubts=[*(_doubt(view.code, fault, voice) for fault in faults), *_strange(session, view, code, voice)],
        surplus=[_surplus(view.code, visit.sample_id, voice) for visit in quality.surplus_visits(doors)],
    )


def _bounds(facts: CountyFacts, poor: StratumProgress, voice: Voice) -> list[BoundLine]:
    found: list[tuple[str, Bounds]] = []
    for figure in facts.figures():
        bounds = rules.bounds_of(figure.tally.satisfied, figure.tally.n, poor.eligible)
        if figure.item in TARGET_ITEMS and bounds is not None:
            found.append((figure.item, bounds))
    return [
        BoundLine(item, voice("reach_bounds", t=each.eligible, m=each.reached, low=each.low, high=each.high))
        for item, each in found
    ]


def _modes(session: Session, doors: Sequence[Door], facts: CountyFacts, voice: Voice) -> list[ModeLine]:
    """C1, C2, C3 apart, once anybody was met elsewhere or by telephone."""
    codes = {door.row.sample_id: door.item.outcome.code or "" for door in doors if door.row.kind == "poor"}
    counted = {each.sample_id: each for each in inspections.counted_interviews(session, doors) if each.kind == "poor"}
    if not any(codes.get(sample_id) in ("C2", "C3") for sample_id in counted):
        return []
    answers = ANSWERS
    interviews = {
        sample_id: Interview("", {item: code for item, q in answers.items() if (code := getattr(each, q)) is not None})
        for sample_id, each in counted.items()
    }
    tallies = rules.by_mode(interviews, codes)
    return [
        ModeLine(
            mode,
            sum(codes.get(sample_id) == mode for sample_id in counted),
            [_of(tallies[mode][item]) for item in TARGET_ITEMS],
        )
        for mode in rules.MODES
    ]


def _of(counted: Tally) -> str:
    return f"{counted.satisfied}/{counted.n}" if counted.n else "—"


def _places(session: Session, doors: Sequence[Door]) -> Mapping[str, tuple[str, str, str]]:
    places: dict[str, tuple[str, str, str]] = {}
    for county_id in {door.row.county_id for door in doors}:
        units = [door.row.unit for door in doors if door.row.county_id == county_id]
        for unit, home in package_households(session, county_id, units).items():
            places[unit] = (home["village_code"], home["town_name"], home["village_name"])
    return places


def _doubt(code: str, fault: quality.SampleFault, voice: Voice) -> DoubtLine:
    words = terms.label("sample_fault", fault.why.value, voice.lang)
    if fault.holding:
        words += voice("reach_holding", ranks=voice("and").join(str(rank) for rank in fault.holding[:6]))
    return DoubtLine(_rank_words(fault.sample_id, voice), f"/rounds/{code}/samples/{fault.sample_id}", words)


def _strange(session: Session, view: RoundView, code: str, voice: Voice) -> list[DoubtLine]:
    """Records from doors that nobody drew, each with a link to itself: there is no sampled household to show."""
    county = next(county for county in view.counties if county.code == code)
    words = terms.label("sample_fault", quality.Why.NOT_DRAWN.value, voice.lang)
    return [
        DoubtLine(_rank_words(op.sample_id or "", voice), f"/records/{op.op_id}", words)
        for op in not_drawn_records(session, county.id, view.code)
    ]


def _surplus(code: str, sample_id: str, voice: Voice) -> DoubtLine:
    return DoubtLine(_rank_words(sample_id, voice), f"/rounds/{code}/samples/{sample_id}", voice("reach_surplus_one"))


def _rank_words(sample_id: str, voice: Voice) -> str:
    stem, _, rank = sample_id.rpartition(".")
    part = stem.partition(".")[2] if "." in stem else stem
    return f"{part} {voice('rank_n', n=rank)}"
