"""What anybody may read without signing in: commitments early, digests after the close.

A commitment is worth something only when it is public before the seed. It must not be a warning, so until the round
closes a draw is here with its id, source, commitment and the time of the freeze alone: no county, no count, not
whether or when it was drawn, and not whether it was voided. Several draws frozen together have one time. A covert draw
is not here at all before the close. Afterwards the strata with their frame digests, the seed and the digest of the
signed record follow, so that nobody can hand out another record or another list. Never a household.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app.kernel.clock import rfc3339
from app.survey.rounds.models import Draw, Round
from app.survey.rounds.queries import Stratum, strata_of, team_line
from app.survey.rounds.record import record_digest


@dataclass(frozen=True)
class Disclosed:
    """What follows after the close."""

    round_name: str
    closed_at: datetime
    strata: tuple[Stratum, ...]
    seed: str | None
    parts: tuple[str, ...]
    record_sha256: str | None
    void_reason: str | None
    covert: bool

    def as_dict(self) -> dict[str, object]:
        return {
            "round_name": self.round_name,
            "closed_at": rfc3339(self.closed_at),
            "strata": [
                {"stratum": s.code, "N": s.N, "n": s.n, "r": s.r, "frame_digest": s.frame_digest} for s in self.strata
            ],
            "seed": self.seed,
            "parts": list(self.parts),
            "record_sha256": self.record_sha256,
            "void_reason": self.void_reason,
            "covert": self.covert,
        }


@dataclass(frozen=True)
class Published:
    """One commitment, and after the close what belongs to it."""

    draw: str
    source: str
    commitment: str
    committed_at: datetime
    disclosed: Disclosed | None

    def as_dict(self) -> dict[str, object]:
        """One item of `/commitments`."""
        return {
            "draw": self.draw,
            "source": self.source,
            "commitment": self.commitment,
            "committed_at": rfc3339(self.committed_at),
            "disclosed": self.disclosed and self.disclosed.as_dict(),
        }


def list_published(session: Session) -> list[Published]:
    """All commitments that anybody may know, newest first."""
    query = (
        select(Draw, Round)
        .join(Round, col(Round.code) == col(Draw.round_code))
        .where(col(Draw.commitment).is_not(None))
        .order_by(col(Draw.committed_at).desc(), col(Draw.id))
    )
    return [
        _published(session, draw, row)
        for draw, row in session.exec(query)
        if not draw.covert or row.closed_at is not None
    ]


def _published(session: Session, draw: Draw, row: Round) -> Published:
    assert draw.commitment is not None  # the query asks for it
    assert draw.committed_at is not None
    disclosed = None
    if row.closed_at is not None:
        disclosed = Disclosed(
            round_name=row.name,
            closed_at=row.closed_at,
            strata=(team_line(draw),) if draw.of_teams else tuple(strata_of(session, draw.id)),
            seed=draw.seed,
            parts=tuple(draw.parts or ()),
            record_sha256=record_digest(draw) if draw.record is not None else None,
            void_reason=draw.void_reason,
            covert=draw.covert,
        )
    return Published(draw.id, draw.source, draw.commitment, draw.committed_at, disclosed)
