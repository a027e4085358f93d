"""All reading of announcements and objects.

Two look-ups carry no county, since the wire brings none: by photo_id (GET) and by digest with the account that
announced it (upload). Both use their own index and both name the county for everything that follows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from app.survey.photos.models import ObjectState, PhotoAnnounced, PhotoObject
from app.survey.photos.rules import Reason, is_digest, object_key

_CHUNK = 500


@dataclass(frozen=True)
class Target:
    """One county in which an account announced a digest, and what lies there already."""

    county_id: int
    sha256: str
    key: str
    state: ObjectState | None
    reason: Reason | None


@dataclass(frozen=True)
class Place:
    """Where a photo_id was announced: the fence of that op decides who sees it."""

    county_id: int
    op_id: UUID
    sha256: str


@dataclass(frozen=True)
class PhotoState:
    """One picture of a record, as a page shows it: `state` is missing, durable or refused."""

    photo_id: UUID
    sha256: str
    question: str
    type: str
    bytes: int
    width: int
    height: int
    state: str
    reason: str | None


def list_targets(session: Session, account_id: UUID, sha256: str) -> list[Target]:
    """Every county in which this account announced the digest, by county; empty when it never did."""
    found = session.exec(
        select(PhotoAnnounced, PhotoObject)
        .join(PhotoObject, _its_object(), isouter=True)
        .where(PhotoAnnounced.sha256 == sha256, PhotoAnnounced.account_id == account_id)
        .order_by(col(PhotoAnnounced.county_id), col(PhotoAnnounced.received_at))
    )
    first: dict[int, Target] = {}
    for line, kept in found:
        first.setdefault(line.county_id, _target(line, kept))
    return list(first.values())


def _target(line: PhotoAnnounced, kept: PhotoObject | None) -> Target:
    if kept is None or kept.state == ObjectState.LOST:
        key = kept.key if kept else object_key(line.county_id, line.received_at, line.sha256)
        return Target(line.county_id, line.sha256, key, None, None)
    reason = Reason(kept.reason) if kept.reason else None
    return Target(line.county_id, line.sha256, kept.key, ObjectState(kept.state), reason)


def _its_object() -> ColumnElement[bool]:
    """An announcement's object, if it has come."""
    return (col(PhotoObject.county_id) == PhotoAnnounced.county_id) & (col(PhotoObject.sha256) == PhotoAnnounced.sha256)


def find_object(session: Session, county_id: int, sha256: str) -> PhotoObject | None:
    """What is kept of this digest in this county."""
    return session.get(PhotoObject, (county_id, sha256))


def without_imprint(session: Session, most: int) -> list[tuple[int, str, str]]:
    """(county, digest, key) of kept pictures whose imprint was never taken."""
    query = (
        select(PhotoObject.county_id, PhotoObject.sha256, PhotoObject.key)
        .where(col(PhotoObject.imprint).is_(None), PhotoObject.state == ObjectState.DURABLE)
        .limit(most)
    )
    return list(session.exec(query))


def find_photo(session: Session, photo_id: UUID) -> list[Place]:
    """Every place that names this photo_id, the oldest announcement first: a correction repeats its pictures."""
    rows = session.exec(
        select(PhotoAnnounced)
        .where(PhotoAnnounced.photo_id == photo_id)
        .order_by(col(PhotoAnnounced.received_at), col(PhotoAnnounced.op_id), col(PhotoAnnounced.sha256))
    )
    return [Place(row.county_id, row.op_id, row.sha256) for row in rows]


def missing(session: Session, account_id: UUID, digests: Iterable[object]) -> list[str]:
    """Of these digests the ones this account should send: not announced by it, or not yet kept everywhere."""
    asked = list(dict.fromkeys(text for text in digests if isinstance(text, str) and is_digest(text)))
    announced: dict[str, set[int]] = {}
    kept: set[tuple[int, str]] = set()
    for start in range(0, len(asked), _CHUNK):
        part = asked[start : start + _CHUNK]
        for sha256, county_id in session.exec(
            select(PhotoAnnounced.sha256, PhotoAnnounced.county_id)
            .where(col(PhotoAnnounced.sha256).in_(part), PhotoAnnounced.account_id == account_id)
            .distinct()
        ):
            announced.setdefault(sha256, set()).add(county_id)
        counties = {county_id for places in announced.values() for county_id in places}
        kept |= set(
            session.exec(
                select(PhotoObject.county_id, PhotoObject.sha256).where(
                    col(PhotoObject.county_id).in_(counties),
                    col(PhotoObject.sha256).in_(part),
                    col(PhotoObject.state) != ObjectState.LOST,
                )
            )
        )
    return [
        sha256
        for sha256 in asked
        if not announced.get(sha256) or any((county, sha256) not in kept for county in announced[sha256])
    ]


def photo_states(session: Session, county_id: int, op_ids: Sequence[UUID]) -> dict[UUID, list[PhotoState]]:
    """The pictures of some ops of one county with what has become of them; every op has its list."""
    states: dict[UUID, list[PhotoState]] = {op_id: [] for op_id in op_ids}
    for start in range(0, len(op_ids), _CHUNK):
        rows = session.exec(
            select(PhotoAnnounced, PhotoObject)
            .join(PhotoObject, _its_object(), isouter=True)
            .where(
                PhotoAnnounced.county_id == county_id,
                col(PhotoAnnounced.op_id).in_(op_ids[start : start + _CHUNK]),
            )
            .order_by(col(PhotoAnnounced.question), col(PhotoAnnounced.photo_id))
        )
        for line, kept in rows:
            states[line.op_id].append(_state(line, kept))
    return states


def _state(line: PhotoAnnounced, kept: PhotoObject | None) -> PhotoState:
    return PhotoState(
        photo_id=line.photo_id,
        sha256=line.sha256,
        question=line.question,
        type=kept.type if kept else line.type,
        bytes=kept.bytes if kept else line.bytes,
        width=kept.width if kept else 0,
        height=kept.height if kept else 0,
        state=kept.state if kept and kept.state != ObjectState.LOST else "missing",
        reason=kept.reason if kept else None,
    )
