"""A submission of another client becomes an op; its files are announced and kept as they come.

A client may split its files over several posts and repeats the XML in each (Collect does, by the content length that
we accept). The op is the same every time; a file is announced when its bytes are here, since only then its digest is
known, and kept by the same verb as our own phone's pictures.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from app.doors.intake import receive
from app.doors.openrosa.instance import Attachment, Instance, seal
from app.doors.web.house import House
from app.kernel.clock import utcnow
from app.kernel.problems import Problem
from app.registry.people.rules import Actor
from app.survey.photos import service as photos
from app.survey.photos.parts import Parts
from app.survey.photos.problems import PictureRefused
from app.survey.photos.rules import MAX_BYTES
from app.survey.photos.sound import HEAD, sound_type
from app.survey.questionnaires import queries as forms
from app.survey.records.queries import ops_by_id
from app.survey.records.rules import Envelope


class FileTooLarge(Problem):
    """One file is larger than any picture may be; the record itself is kept."""

    status = 413
    slug = "file-too-large"
    title_zh = "附件太大"
    title_en = "A file is too large"
    retry = "never"


@dataclass(frozen=True)
class Taken:
    """What became of a submission: the op's state and how many files were kept now."""

    state: str
    files: int


def take(house: House, actor: Actor, instance: Instance, files: Iterable[tuple[str, BinaryIO]]) -> Taken:
    """Keep the record, then the files that came with it. Safe to repeat, whole or in part."""
    with house.db.read() as session:
        version = forms.get_form(session, instance.form_id, instance.version)
    op, expected = seal(instance, version.form if version else None)
    assert actor.device_id is not None
    result = receive(house, actor, Envelope(actor.device_id, (op,)))[0]
    named: dict[str, list[Attachment]] = {}
    for attachment in expected:
        named.setdefault(attachment.name, []).append(attachment)
    kept = 0
    for name, file in files:
        if name in named:
            kept += _keep_file(house, actor, instance, named[name], file)
    return Taken(str(result["state"]), kept)


def _keep_file(house: House, actor: Actor, instance: Instance, places: list[Attachment], file: BinaryIO) -> bool:
    """Announce a file under its record and keep its bytes; what is no picture is kept and marked."""
    file.seek(0)
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise FileTooLarge("附件超过 20 MB,没有保存;记录已经收到。", "Over 20 MB, not kept; the record is here.")
    digest = hashlib.sha256(data).hexdigest()
    lines = [
        {
            "photo_id": str(place.photo_id),
            "sha256": digest,
            "bytes": len(data),
            "type": sound_type(data[:HEAD]) or "image/jpeg",
            "question": place.pointer,
        }
        for place in places[:1]  # one file, one id: a second question that names it shows the same picture
    ]
    now = utcnow()
    with house.db.read() as session:
        op = ops_by_id(session, [instance.op_id])[instance.op_id]
    with house.db.write(op.county_id) as session:
        photos.announce(session, op.county_id, op.op_id, actor.account_id, lines, now)
    try:
        with Parts(house.settings.data / "uploads").hold(data) as path:
            return photos.deposit(house.db, house.store, actor.account_id, digest, path, now)
    except PictureRefused:
        return True
