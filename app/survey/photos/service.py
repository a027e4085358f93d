"""What is written about pictures: announcements with their record, objects when their bytes are safe.

`deposit` is the one verb that spans more than a transaction: look at the picture, make the bytes durable, then
write the row, county by county. Cut anywhere, it leaves at worst bytes without a row, and the next try ends well.
"""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.kernel.db.engines import Database
from app.kernel.db.ports import upsert
from app.kernel.problems import Fault
from app.survey.photos import lens, queries, rules
from app.survey.photos.models import ObjectState, PhotoAnnounced, PhotoObject
from app.survey.photos.problems import CannotBeShown, DigestMismatch, NotAnnounced, NotHereYet, PictureRefused
from app.survey.photos.queries import Target
from app.survey.photos.rules import Picture
from app.survey.photos.sound import sound_of
from app.survey.photos.store import Store, digest_of

missing = queries.missing
"""What an account should send of these digests (`POST /sync/have`)."""


def announce(
    session: Session,
    county_id: int,
    op_id: UUID,
    account_id: UUID,
    photos: Any,
    received_at: datetime,
) -> list[Fault]:
    """Note the pictures that a kept op names, in the op's own transaction; takes any JSON, returns what is wrong."""
    lines, faults = rules.read_announcements(photos)
    rows = [
        {
            "county_id": county_id,
            "op_id": op_id,
            "photo_id": line.photo_id,
            "sha256": line.sha256,
            "bytes": line.bytes,
            "type": line.type,
            "question": line.question,
            "account_id": account_id,
            "received_at": received_at,
        }
        for line in lines
    ]
    upsert(session, PhotoAnnounced, rows, key=["county_id", "op_id", "photo_id", "sha256"])
    return faults


def require_targets(db: Database, account_id: UUID, sha256: str) -> list[Target]:
    """Where the account's digest belongs, or NotAnnounced."""
    with db.read() as session:
        targets = queries.list_targets(session, account_id, sha256)
    if not targets:
        raise NotAnnounced("先发送记录,再发送它的照片;照片还在手机上。", "Send the record first, then its photos.")
    return targets


def is_kept(targets: list[Target]) -> bool:
    """Whether every county that awaits the bytes has them."""
    return all(target.state is not None for target in targets)


def deposit(
    db: Database,
    store: Store,
    account_id: UUID,
    sha256: str,
    source: Path,
    now: datetime,
    *,
    targets: list[Target] | None = None,
) -> bool:
    """Keep a whole, fsynced file wherever the account announced its digest. True when something new was kept.

    `targets` where the caller has just asked (require_targets).
    Raises DigestMismatch (nothing kept), NotAnnounced, StoreFailed, and PictureRefused once the bytes of what
    is no picture are safe; a file that was kept before gets the same answer as then.
    """
    if digest_of(source) != sha256:
        raise DigestMismatch("照片没有保存,手机会重新发送。", "Nothing was kept; the phone will send it again.")
    targets = targets or require_targets(db, account_id, sha256)
    is_new = not is_kept(targets)
    reason = next((target.reason for target in targets if target.reason), None)
    picture = _look(source) if is_new else Picture(reason=reason)
    for target in targets:
        store.keep(target.key, source, sha256)  # also where it is kept: a lost file is healed by the copy that came
        if target.state is None:
            with db.write(target.county_id) as session:
                keep(session, target, picture, source.stat().st_size, now)
    if picture.reason is not None:
        raise PictureRefused(picture.reason)
    return is_new


def _look(source: Path) -> Picture:
    """A recording by its first bytes; anything else is a picture or refused."""
    sound = sound_of(source)
    return lens.inspect(source) if sound is None else Picture(type=sound)


def play(store: Store, kept: PhotoObject, part: tuple[int, int] | None = None) -> bytes:
    """A recording as it came, or a part of it; the caller has passed the record's fence. Raises NotHereYet."""
    original = store.get(kept.key) if part is None else store.part(kept.key, *part)
    if original is None:
        raise NotHereYet("录音文件缺失,请联系系统管理员。", "The recording's file is missing; tell the administrator.")
    return original


def keep(session: Session, target: Target, picture: Picture, size: int, now: datetime) -> None:
    """Write the row of an object whose bytes are durable; a row that exists stays, unless its bytes were lost."""
    row = {
        "county_id": target.county_id,
        "sha256": target.sha256,
        "bytes": size,
        "type": picture.type,
        "width": picture.width,
        "height": picture.height,
        "key": target.key,
        "received_at": now,
        "state": ObjectState.REFUSED if picture.reason else ObjectState.DURABLE,
        "reason": picture.reason,
        "imprint": picture.imprint_text,
    }
    kept = queries.find_object(session, target.county_id, target.sha256)
    healing = ("state", "reason") if kept is not None and kept.state == ObjectState.LOST else ()
    upsert(session, PhotoObject, [row], key=["county_id", "sha256"], update=healing)


def take_imprints(db: Database, store: Store, most: int) -> int:
    """Look at pictures that were kept before imprints were taken, at most so many; how many got one."""
    with db.read() as session:
        waiting = queries.without_imprint(session, most)
    by_county: dict[int, dict[str, str]] = {}
    for county_id, sha256, key in waiting:
        data = store.get(key)
        by_county.setdefault(county_id, {})[sha256] = lens.look_at(data).imprint_text if data else ""
    for county_id, imprints in sorted(by_county.items()):
        with db.write(county_id) as session:
            for sha256, imprint in sorted(imprints.items()):
                session.get_one(PhotoObject, (county_id, sha256)).imprint = imprint
    return len(waiting)


def show(store: Store, kept: PhotoObject | None, size: str) -> bytes:
    """The fresh JPEG (`size` view or thumb) of a kept picture, made on first sight and cached beside the original.

    The caller has passed the record's fence. Raises NotHereYet, CannotBeShown, StoreFailed.
    """
    if kept is None:
        raise NotHereYet("照片还在督查员的手机上。", "The photo is still on the inspector's phone.")
    if kept.state != ObjectState.DURABLE:
        raise CannotBeShown(rules.Reason(kept.reason or rules.Reason.BROKEN))
    cache = rules.derived_key(kept.key, size)
    sheet = store.get(cache)
    if sheet is not None:
        return sheet
    original = store.get(kept.key)
    if original is None:
        raise NotHereYet("照片文件缺失,请联系系统管理员。", "The photo's file is missing; tell the administrator.")
    sheet = lens.print_anew(original, rules.THUMB_EDGE if size == "thumb" else rules.VIEW_EDGE)
    if sheet is None:
        raise CannotBeShown(rules.Reason.TOO_COSTLY)
    store.put(cache, sheet)
    return sheet
