"""A phone in the hands of a test: it seals ops like the real one and talks to the service over HTTP."""

import hashlib
import io
import json
import random
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from PIL import Image
from starlette.testclient import TestClient

from app.demo import answers as fill

MORNING = datetime.fromisoformat("2017-05-20T09:30:00+08:00")


def picture(seed: str, size: tuple[int, int] = (320, 240)) -> bytes:
    """A small real JPEG, different for every seed."""
    noise = random.Random(seed).randbytes(size[0] // 4 * size[1] // 4)
    image = Image.frombytes("L", (size[0] // 4, size[1] // 4), noise).resize(size).convert("RGB")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


@dataclass
class Phone:
    """One device with its own id, running number and bearer token."""

    client: TestClient
    token: str
    device_id: str
    dev_seq: int = 0
    pictures: dict[str, bytes] = field(default_factory=dict)
    last: list[dict[str, Any]] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def package(self) -> dict[str, Any]:
        """All that the phone may know."""
        answer = self.client.get("/api/v1/sync/package", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def samples(self, stratum: str = "poor") -> list[dict[str, Any]]:
        """Samples of one stratum by rank."""
        return [sample for sample in self.package()["samples"] if sample["stratum"] == stratum]

    def op(self, body: Any, **changes: Any) -> dict[str, Any]:
        """The envelope entry of a body (a dict, or the exact text)."""
        self.dev_seq += 1
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return {"op_id": str(uuid.uuid4()), "dev_seq": self.dev_seq, "digest": digest, "body": text, **changes}

    def post(self, *ops: dict[str, Any]) -> list[dict[str, Any]]:
        """Send ops; the results."""
        envelope = json.dumps({"device_id": self.device_id, "ops": list(ops)})
        answer = self.client.post("/api/v1/sync", content=envelope, headers=self.headers)
        assert answer.status_code == 200, answer.text
        self.last = list(answer.json()["results"])
        return self.last

    def interview(
        self,
        sample: dict[str, Any],
        *,
        sat: dict[str, int] | None = None,
        photos: bool = False,
        started: datetime = MORNING,
        **changes: Any,
    ) -> dict[str, Any]:
        """The body of a completed Q1 or Q2 that has nothing wrong with it."""
        rng = random.Random(sample["sample_id"])
        home = sample["household"]
        codes = {"team": 5, "helper": 4, "effect": 5, "way": 4, **(sat or {})}
        form_id = sample["form_id"]
        rest = fill.q1(rng, home, codes, photos=photos) if form_id == "q1_poor" else fill.q2(rng, home, photos=photos)
        answers: dict[str, Any] = {"cover": fill.cover(rng, (106.2, 38.4)), **rest}
        answers["cover"]["met_where"] = "listed"
        taken = []
        if photos:
            for question in fill.PHOTO_QUESTIONS[form_id]:
                section, name = question.split("/")
                taken.append(self.shoot(f"/{question}", f"{sample['sample_id']}{question}"))
                answers[section][name] = taken[-1]["photo_id"]
        return {**self._frame(sample, started), "answers": answers, "photos": taken, **changes}

    def door(
        self, sample: dict[str, Any], result: str = "absent", *, started: datetime = MORNING, **more: Any
    ) -> dict[str, Any]:
        """The body of a doorstep where nobody was interviewed."""
        answers = {"cover": fill.cover(random.Random(1), (106.2, 38.4), result)}
        if result == "no_such":
            answers["cover"]["no_such_why"] = more.pop("why", "dissolved")
        photo = self.shoot("/cover/door_photo", f"{sample['sample_id']}{started}")
        answers["cover"]["door_photo"] = photo["photo_id"]
        return {**self._frame(sample, started), "answers": answers, "photos": [photo], **more}

    def _frame(self, sample: dict[str, Any], started: datetime) -> dict[str, Any]:
        if not self.versions:
            self.versions = {form["form_id"]: form["version"] for form in self.package()["forms"]}
        return {
            "kind": "interview",
            "form_id": sample["form_id"],
            "form_version": self.versions[sample["form_id"]],
            "sample_id": sample["sample_id"],
            "started_at": started.isoformat(),
            "finished_at": started.isoformat(),
            "clock": {"wall": started.isoformat(), "monotonic_ms": 1, "offset_ms": 0, "zone": "Asia/Shanghai"},
            "corrects": None,
            "app_version": "test",
        }

    def shoot(self, question: str, seed: str) -> dict[str, Any]:
        """A photo kept on the phone and announced in an op."""
        data = picture(seed)
        digest = hashlib.sha256(data).hexdigest()
        self.pictures[digest] = data
        return {
            "photo_id": str(uuid.uuid4()),
            "sha256": digest,
            "bytes": len(data),
            "type": "image/jpeg",
            "question": question,
        }

    def put(self, sha256: str) -> int:
        """Send one photo in one request; the status."""
        headers = {**self.headers, "Content-Type": "image/jpeg"}
        return self.client.put(f"/api/v1/photos/{sha256}", content=self.pictures[sha256], headers=headers).status_code
