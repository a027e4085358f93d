"""Pictures without a row, and rows without their picture.

A file that no row names after a week goes to the trash, and a month later for ever: it was left by a service that
died between keeping the bytes and writing the row, or belongs to a record that a restore took back. A row whose
bytes are gone or went wrong is marked lost: `have` then asks the phones, which keep what they sent for 30 days.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app.kernel import audit
from app.kernel.db.engines import Database
from app.survey.photos.models import ObjectState, PhotoObject
from app.survey.photos.store import Store

ORPHAN_AFTER = timedelta(days=7)
TRASH_FOR = timedelta(days=30)


@dataclass
class Pictures:
    """What a look at the store found."""

    checked: int = 0
    lost: list[str] = field(default_factory=list)
    healed: int = 0


def sweep_orphans(db: Database, store: Store, now: datetime) -> int:
    """Put aside what nobody names; empty old trash. Returns how many were put aside."""
    day, youngest = now.strftime("%Y%m%d"), (now - ORPHAN_AFTER).timestamp()
    moved = 0
    for key, at in list(store.list()):
        if at > youngest or _is_named(db, key):
            continue
        store.set_aside(key, day)
        if _is_named(db, key):  # announced in this very moment
            store.take_back(key, day)
        else:
            moved += 1
    store.empty_trash((now - TRASH_FOR).strftime("%Y%m%d"))
    return moved


def _is_named(db: Database, key: str) -> bool:
    base = key.split(".")[0]
    county, sha256 = int(base.split("/")[0]), base.rpartition("/")[2]
    with db.read() as session:
        return session.get(PhotoObject, (county, sha256)) is not None


def check_pictures(db: Database, store: Store) -> Pictures:
    """Read every kept picture; what is gone or went wrong is marked lost, what came back is marked whole."""
    found = Pictures()
    with db.read() as session:
        counties = sorted(session.exec(select(PhotoObject.county_id).distinct()))
    for county in counties:
        with db.read() as session:
            query = select(PhotoObject).where(PhotoObject.county_id == county).order_by(col(PhotoObject.sha256))
            rows = [(row.sha256, row.key, row.state) for row in session.exec(query)]
        states: dict[str, bool] = {}
        for sha256, key, state in rows:
            found.checked += 1
            data = store.get(key)
            is_whole = data is not None and hashlib.sha256(data).hexdigest() == sha256
            if not is_whole:
                found.lost.append(key)
            if is_whole == (state == ObjectState.LOST):
                states[sha256] = is_whole
        if states:
            with db.write(county) as session:
                found.healed += _mark(session, county, states.items())
    return found


def _mark(session: Session, county: int, states: Iterable[tuple[str, bool]]) -> int:
    healed = 0
    for sha256, is_whole in states:
        row = session.get_one(PhotoObject, (county, sha256))
        back = ObjectState.REFUSED if row.reason else ObjectState.DURABLE
        row.state = back if is_whole else ObjectState.LOST
        healed += is_whole
        session.add(row)
        audit.write(session, "photo.found" if is_whole else "photo.lost", sha256, actor="upkeep")
    return healed
