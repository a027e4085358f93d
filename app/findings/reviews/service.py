"""A second person confirms or rejects that an exit was wrong or a household was missed."""

from sqlmodel import Session

from app.findings.inspections.models import Visit, VisitStatus
from app.findings.quality.second_person import AlreadySettled, require_reviewer, require_second_person
from app.findings.reviews.models import Review, Verdict
from app.findings.reviews.queries import find_judgement, latest
from app.kernel import audit
from app.kernel.clock import utcnow
from app.kernel.problems import Malformed, NotFound
from app.registry.people.rules import Actor


class BadVerdict(Malformed):
    """A judgement is confirmed or rejected."""

    slug = "bad-verdict"
    title_zh = "复核结论不对"
    title_en = "Unknown verdict"


def review_judgement(session: Session, actor: Actor, county: str, visit: Visit, verdict: str, why: str) -> Review:
    """Append a review; the one before stays. The figures follow in the same transaction (the caller counts again)."""
    require_reviewer(actor, county)
    if verdict not in set(Verdict):
        raise BadVerdict("复核只能“确认”或“不成立”。", "confirmed or rejected")
    judgement = find_judgement(session, visit.county_id, visit.op_id)
    if judgement is None or visit.status != VisitStatus.ACCEPTED:
        raise NotFound("这条记录没有要复核的判断。", "This record has no judgement to review.")
    said = require_second_person(actor, visit.account_id, why)
    before = latest(session, visit.county_id, [visit.op_id]).get(visit.op_id)
    if before is not None and before.verdict == verdict:
        raise AlreadySettled("结论已经是这样了,请刷新页面。", "That is its verdict already; reload the page.")
    review = Review(
        county_id=visit.county_id,
        op_id=visit.op_id,
        number=before.number + 1 if before else 1,
        judgement=judgement,
        verdict=verdict,
        why=said,
        by=actor.account,
        at=utcnow(),
    )
    session.add(review)
    audit.write(session, f"review.{verdict}", str(visit.op_id), actor=actor.account, judgement=judgement)
    return review
