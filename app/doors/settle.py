"""What a person decides about a record or a draw, on a page or over the wire, and the figures that follow.

A second person's word on a record and its figures are one commit.

Readers are the city's and the leaders of the county's teams; for everybody else there is nothing to review.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from app.doors.web.house import House
from app.figures.indicators import keeping as figures
from app.figures.indicators.checking import count_missing
from app.findings.helping.models import HelperVisit
from app.findings.inspections.models import Visit
from app.findings.quality import queries as quality
from app.findings.quality.models import Flag
from app.findings.quality.queries import Subject
from app.findings.quality.second_person import may_settle
from app.findings.quality.service import settle_doubt
from app.findings.reviews import queries as reviews
from app.findings.reviews.models import Review
from app.findings.reviews.queries import Judged
from app.findings.reviews.service import review_judgement
from app.kernel.db.base import HOME
from app.kernel.problems import NotFound
from app.registry.people.models import Role
from app.registry.people.rules import Actor, reads_answers
from app.registry.places import County, list_counties
from app.survey.records.models import Op
from app.survey.records.queries import ops_by_id
from app.survey.rounds import service as rounds
from app.survey.rounds.models import Draw
from app.survey.rounds.queries import standing_draws


@dataclass(frozen=True)
class Waiting:
    """What one reader may review: judgements by county, and open doubts."""

    judged: Sequence[tuple[County, Judged]]
    doubts: Sequence[tuple[County, Flag, Subject]]


@dataclass(frozen=True)
class UnderReview:
    """One record with its judgement, its reviews and its doubts; whether this reader may decide."""

    county: County
    visit: Subject
    judged: Judged | None
    flags: Sequence[Flag]
    may_decide: bool


def sees_reviews(actor: Actor) -> bool:
    """Whether there is a page of reviews for this actor at all."""
    return (actor.is_city and reads_answers(actor)) or actor.role == Role.TEAM_LEADER


def counties_to_review(session: Session, actor: Actor) -> list[County]:
    """The counties whose records this actor may review or read the reviews of, or NotFound."""
    if not sees_reviews(actor):
        raise NotFound("没有这个页面,或不在您的范围内。", "No such page within your scope.")
    return [county for county in list_counties(session) if actor.covers(county.code)]


def waiting(session: Session, actor: Actor, flag: str = "") -> Waiting:
    """Everything that waits, the gravest and oldest first; `flag`: doubts of this code alone."""
    counties = {county.id: county for county in counties_to_review(session, actor)}
    judged = [(county, each) for county in counties.values() for each in reviews.list_judged(session, county.id)]
    doubts = quality.list_open(session, list(counties), code=flag)
    if actor.is_city:
        doubts += quality.list_open(session, list(counties), HelperVisit, code=flag)
    return Waiting(judged, [(counties[visit.county_id], doubt, visit) for doubt, visit in doubts])


def under_review(session: Session, actor: Actor, op_id: UUID) -> UnderReview:
    """One record to be reviewed, or NotFound."""
    op = ops_by_id(session, [op_id]).get(op_id)
    counties = {county.id: county for county in counties_to_review(session, actor)}
    visit = _subject(session, actor, op) if op is not None and op.county_id in counties else None
    if visit is None:
        raise NotFound("没有这条记录,或不在您的范围内。", "No such record within your scope.")
    county = counties[visit.county_id]
    judged = next((each for each in reviews.list_judged(session, county.id) if each.visit.op_id == op_id), None)
    flags = quality.flags_of_record(session, county.id, op_id)
    may_decide = may_settle(actor, county.code) and actor.account_id != visit.account_id
    return UnderReview(county, visit, judged, flags, may_decide)


def door_of(subject: Subject) -> str:
    """Whose door: a sample id, of a helper's log the household."""
    return subject.sample_id if isinstance(subject, Visit) else subject.unit


def doubts_about(session: Session, actor: Actor, op: Op) -> Sequence[Flag]:
    """The doubts about a record that came through its own fence, for those who find the page of reviews."""
    if not sees_reviews(actor) or _subject(session, actor, op) is None:
        return []
    return quality.flags_of_record(session, op.county_id, op.op_id)


def _subject(session: Session, actor: Actor, op: Op) -> Subject | None:
    """What a record is, if this reader may review it: a doorstep, or for the city a helper's log."""
    key = (op.county_id, op.op_id)
    return session.get(Visit, key) or (session.get(HelperVisit, key) if actor.is_city else None)


def review(house: House, actor: Actor, op_id: UUID, verdict: str, why: str) -> Review:
    """Confirm or reject a judgement; what it counts for is counted in the same transaction."""
    with house.db.read() as session:
        found = under_review(session, actor, op_id)
    with house.db.write(found.county.id) as session:
        visit = session.get(Visit, (found.county.id, op_id))
        if visit is None:
            raise NotFound("走访记录里没有要复核的判断。", "A log has no judgement to review.")
        row = review_judgement(session, actor, found.county.code, visit, verdict, why)
        session.flush()
        figures.follow(session, found.county.id, [visit.sample_id], house.settings.tz)
    return row


def void_draw(house: House, actor: Actor, code: str, reason: str, *, draw_id: str | None, asked_by: str | None) -> Draw:
    """Void a draw with its reason. From its commit on nobody believes sums in which its households stood before others;
    they are counted anew right after, county by county, and by the housekeeper should this be cut short."""
    with house.db.write(HOME) as session:
        draw = rounds.void_draw(session, actor, code, reason, draw_id=draw_id, asked_by=asked_by)
    with house.db.read() as session:
        covert = [each.id for each in standing_draws(session, code) if each.covert]
    if covert:
        count_missing(house.db, house.settings.tz, covert)
    return draw


def settle(house: House, actor: Actor, op_id: UUID, code: str, reason: str, state: str, why: str) -> Flag:
    """Say what became of a doubt; I40 follows in the same transaction."""
    with house.db.read() as session:
        found = under_review(session, actor, op_id)
    with house.db.write(found.county.id) as session:
        flag = settle_doubt(session, actor, found.county.code, found.visit, code, reason, state, why)
        session.flush()
        if isinstance(found.visit, Visit):
            figures.follow(session, found.county.id, [found.visit.sample_id], house.settings.tz)
    return flag
