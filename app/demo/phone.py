"""A scripted phone: it seals what it was told as a real one does, and hands it to intake and the photo room."""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app import __version__
from app.demo.pictures import draw_house
from app.doors.intake import receive
from app.doors.web.house import House
from app.kernel.clock import rfc3339
from app.registry.people.rules import Actor
from app.survey.photos import service as photos
from app.survey.questionnaires.models import FormVersion
from app.survey.questionnaires.rules import check
from app.survey.records.rules import Envelope, SealedOp

OPS_A_CALL = 25


@dataclass
class Phone:
    """Seals ops with a device id and a running number, and keeps the photos they announce."""

    actor: Actor
    device_id: uuid.UUID = field(default_factory=uuid.uuid4)
    dev_seq: int = 0
    pictures: dict[str, bytes] = field(default_factory=dict)

    def seal(self, body: dict[str, Any]) -> SealedOp:
        """The op of a body: its exact bytes and their digest."""
        self.dev_seq += 1
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        return SealedOp(uuid.uuid4(), self.dev_seq, hashlib.sha256(text).hexdigest(), text)

    def shoot(self, question: str, seed: str, caption: str) -> dict[str, Any]:
        """A photo for a question: kept here, announced in the op."""
        data = draw_house(seed, caption)
        digest = hashlib.sha256(data).hexdigest()
        self.pictures[digest] = data
        return {
            "photo_id": str(uuid.uuid4()),
            "sha256": digest,
            "bytes": len(data),
            "type": "image/jpeg",
            "question": f"/{question}",
        }

    def hand_in(self, house: House, ops: Sequence[SealedOp], day: datetime) -> None:
        """Give the ops to the service, then their photos."""
        for start in range(0, len(ops), OPS_A_CALL):
            receive(house, self.actor, Envelope(self.device_id, tuple(ops[start : start + OPS_A_CALL])))
        with TemporaryDirectory(dir=house.settings.data) as folder:
            for digest, data in self.pictures.items():
                path = Path(folder) / digest
                path.write_bytes(data)
                photos.deposit(house.db, house.store, self.actor.account_id, digest, path, day)


def finished(
    form: FormVersion,
    about: Mapping[str, Any],
    answers: Mapping[str, Any],
    start: datetime,
    *,
    minutes: int,
    photos: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The body of a finished questionnaire; `about` says of what kind it is and what it is about."""
    end, day = start + timedelta(minutes=minutes), start.date()
    return {
        **about,
        "form_id": form.form_id,
        "form_version": form.version,
        "answers": check(form.form, answers, fill_date=day, received_on=day).answers,
        "photos": list(photos),
        "started_at": rfc3339(start),
        "finished_at": rfc3339(end),
        "clock": {"wall": rfc3339(end), "monotonic_ms": 1, "offset_ms": 0, "zone": "Asia/Shanghai"},
        "corrects": None,
        "app_version": __version__,
    }
