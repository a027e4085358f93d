"""Reviews over the wire: what waits for a second person, and the decision about each."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from app.doors import settle
from app.doors.web.auth import Caller
from app.doors.web.house import TheHouse
from app.kernel.clock import rfc3339

router = APIRouter(prefix="/api/v1", tags=["reviews"])

Word = Annotated[str, Field(max_length=20)]
Why = Annotated[str, Field(max_length=2000)]


class ReviewIn(BaseModel):
    """A verdict about an inspector's judgement: confirmed or rejected, and on what grounds."""

    verdict: Word
    why: Why


class FlagIn(BaseModel):
    """What became of a doubt: explained, corrected or rejected, and on what grounds."""

    reason: Word
    state: Word
    why: Why


@router.get("/reviews")
def get_reviews(house: TheHouse, actor: Caller) -> dict[str, Any]:
    """Judgements of wrong exits and missed households with their reviews, and open doubts, within the scope."""
    with house.db.read() as session:
        found = settle.waiting(session, actor)
    return {
        "judgements": [
            {
                "op_id": str(each.visit.op_id),
                "county": county.code,
                "sample_id": each.visit.sample_id,
                "judgement": each.judgement,
                "gaps": list(each.gaps),
                "verdict": each.review and each.review.verdict,
            }
            for county, each in found.judged
        ],
        "doubts": [
            {
                "op_id": str(flag.op_id),
                "county": county.code,
                "sample_id": settle.door_of(visit),
                "flag": flag.code,
                "reason": flag.reason,
                "severity": flag.severity,
                "detail": flag.detail,
                "raised_at": rfc3339(flag.raised_at),
            }
            for county, flag, visit in found.doubts
        ],
    }


@router.post("/reviews/{op_id}", status_code=201)
def post_review(op_id: UUID, body: ReviewIn, house: TheHouse, actor: Caller) -> dict[str, Any]:
    """Confirm or reject; never by whoever made the record."""
    review = settle.review(house, actor, op_id, body.verdict, body.why)
    return {"op_id": str(op_id), "number": review.number, "verdict": review.verdict, "at": rfc3339(review.at)}


@router.post("/flags/{op_id}/{code}", status_code=201)
def post_flag(op_id: UUID, code: Word, body: FlagIn, house: TheHouse, actor: Caller) -> dict[str, Any]:
    """Settle a doubt; never by whoever made the record."""
    flag = settle.settle(house, actor, op_id, code, body.reason, body.state, body.why)
    return {"op_id": str(op_id), "flag": flag.code, "reason": flag.reason, "state": flag.state}
