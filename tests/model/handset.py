"""A phone of the simulation: the model of its core (phone_core.py), a disk of its own, and a patient client around it.

What it has not written to its disk is gone after a kill or a power cut. It believes nothing but a right receipt, a
right digest and a signed proof; it deletes nothing but after `Model` has said so.
"""

import hashlib
import json
import pickle
import random
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.kernel.keys import verify_signature
from tests.drills.ledger import is_right_receipt
from tests.model.line import Line, Parcel
from tests.model.phone_core import Model, instant


@dataclass
class Record:
    """One sealed op on the phone."""

    op: dict[str, Any] | None
    photos: dict[str, tuple[str, int]]
    """Photo id → digest and length."""
    model: Model

    @property
    def is_there(self) -> bool:
        return self.model.there("op")


@dataclass
class State:
    """All that lies on the phone's disk."""

    dev_seq: int = 0
    records: dict[str, Record] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    receipts: dict[str, dict[str, str]] = field(default_factory=dict)
    epoch: str | None = None
    cursor: str = ""
    seen: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Op id → county and state, as a puller has it."""


class Disk:
    """What a strict write has put here survives everything."""

    def __init__(self) -> None:
        self.kept = pickle.dumps(State())

    def write(self, state: State) -> None:
        """Returns when it is there for good."""
        self.kept = pickle.dumps(state)

    def read_after_cut(self) -> State:
        """What is found at the next start."""
        found: State = pickle.loads(self.kept)
        return found


@dataclass
class Said:
    """What this phone's screen has promised, and what it let go: the checker's ledger, out of the phone's reach."""

    sealed: dict[str, dict[str, Any]] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    receipts: dict[str, dict[str, str]] = field(default_factory=dict)
    purged: dict[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """The one request that this phone has open."""

    call: int
    kind: str
    about: dict[str, Any]


class Handset:
    """One phone in one hand."""

    disk_kind = Disk
    model_kind = Model

    def __init__(self, name: str, device_id: str, spki: str, rng: random.Random, line: Line) -> None:
        self.name, self.device_id, self.spki, self.rng, self.line = name, device_id, spki, rng, line
        self.disk = self.disk_kind()
        self.state = State()
        self.said = Said()
        self.call = 0
        self.open: Question | None = None
        self.pressed = False

    def begin(self, epoch: str) -> None:
        """The first package has come; without one nobody works."""
        self.state.epoch = epoch
        self.disk.write(self.state)

    # --- writing ---

    def seal(self, body: str, photos: list[dict[str, Any]], pictures: dict[str, bytes]) -> str:
        """One strict write, then 已存手机."""
        self.state.dev_seq += 1
        op_id = str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        digest = hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
        op = {"op_id": op_id, "dev_seq": self.state.dev_seq, "digest": digest, "body": body}
        lines = {each["photo_id"]: (each["sha256"], each["bytes"]) for each in photos}
        self.state.records[op_id] = Record(op, lines, self.model_kind(list(lines)))
        self.state.pictures |= pictures
        self.disk.write(self.state)
        self.said.sealed[op_id] = op
        self.said.pictures |= pictures
        return op_id

    def restart(self) -> None:
        """Killed, or its battery pulled: it starts from its disk."""
        self.state = self.disk.read_after_cut()
        self.open, self.pressed = None, False
        for record in self.state.records.values():
            record.model.feel({"type": "restarted"})

    def give_up(self) -> None:
        """It has waited long enough for an answer."""
        self.open = None

    # --- asking ---

    def go(self, believed_now: datetime) -> None:
        """One thing that may be sent now, records first; nothing while an answer is awaited."""
        if self.open is not None:
            return
        for ask in (self._ask_sync, self._ask_photo, lambda: self._ask_proof(believed_now)):
            if ask():
                return
        self.rng.choice([self.pull, self.beat])()

    def _post(self, kind: str, data: bytes, *, address: str = "", **about: Any) -> bool:
        self.call += 1
        self.open = Question(self.call, kind, about)
        self.line.post(Parcel(self.name, self.call, kind, data, address=address))
        return True

    def _ask_sync(self) -> bool:
        waiting = [each for each in self.state.records.values() if each.model.goes(self.pressed)["op"] and each.op]
        if not waiting:
            return False
        batch = [record.op for record in waiting[: self.rng.randrange(1, 7)] if record.op]
        envelope = json.dumps({"device_id": self.device_id, "ops": batch})
        return self._post("sync", envelope.encode(), ops=[op["op_id"] for op in batch])

    def _ask_photo(self) -> bool:
        for op_id, record in self.state.records.items():
            for photo_id in record.model.goes(self.pressed)["photos"]:
                sha256 = record.photos[photo_id][0]
                data = self.state.pictures[sha256]
                return self._post("photo", data, address=sha256, sha256=sha256, op_id=op_id, photo_id=photo_id)
        return False

    def _ask_proof(self, believed_now: datetime) -> bool:
        some = [op_id for op_id, each in self.state.records.items() if each.model.wants_proof(believed_now)][:5]
        if not some:
            return False
        nonce = f"nonce-{self.name}-{self.call}"
        photos = [sha256 for op_id in some for sha256, _ in self.state.records[op_id].photos.values()]
        return self._post(
            "verify", json.dumps({"nonce": nonce, "ops": some, "photos": photos}).encode(), nonce=nonce, ops=some
        )

    def pull(self) -> None:
        """News of the county, and whether the service has begun a new life."""
        if self.open is None:
            self._post("changes", json.dumps({"cursor": self.state.cursor, "limit": self.rng.randrange(2, 9)}).encode())

    def beat(self) -> None:
        """Word of this phone."""
        if self.open is None:
            told = {"device_id": self.device_id, "max_dev_seq": self.state.dev_seq}
            self._post("heartbeat", json.dumps(told).encode())

    # --- hearing ---

    def hear(self, parcel: Parcel) -> None:
        """A reply: to the question that is open, or to nobody."""
        question = self.open
        if question is None or parcel.call != question.call:
            return
        self.open = None
        try:
            answer = json.loads(parcel.data) if parcel.status == 200 else None
        except ValueError:
            answer = None
        word = "sign-in" if parcel.status == 401 else "later"
        if question.kind == "photo" and parcel.status == 404:
            self._record_is_unknown(question.about["op_id"])
        getattr(self, f"_heard_{question.kind}")(answer if isinstance(answer, dict) else {}, question.about, word)
        self.disk.write(self.state)

    def _heard_sync(self, answer: dict[str, Any], about: dict[str, Any], word: str) -> None:
        results = answer.get("results")
        for place, op_id in enumerate(about["ops"]):
            record = self.state.records[op_id]
            result = results[place] if isinstance(results, list) and place < len(results) else None
            receipt = result.get("receipt") if isinstance(result, dict) else None
            if record.op is not None and is_right_receipt(receipt, record.op, self.spki):
                held = json.loads(receipt["text"])["state"] in ("quarantined", "conflict")
                record.model.feel({"type": "op-tried", "word": "received", "held": held})
                self.state.receipts[op_id] = self.said.receipts[op_id] = receipt
            else:
                record.model.feel({"type": "op-tried", "word": word, "held": False})

    def _heard_photo(self, answer: dict[str, Any], about: dict[str, Any], word: str) -> None:
        record = self.state.records[about["op_id"]]
        word = "received" if answer.get("sha256") == about["sha256"] else word
        record.model.feel({"type": "photo-tried", "photo": about["photo_id"], "word": word})

    def _record_is_unknown(self, op_id: str) -> None:
        """The service knows no record that names the picture: whatever it said before, the record goes again."""
        self.state.records[op_id].model.feel({"type": "asked", "lacks_op": True, "lacks_photos": []})

    def _heard_verify(self, answer: dict[str, Any], about: dict[str, Any], _word: str) -> None:
        text, signature = answer.get("text"), answer.get("signature")
        if not isinstance(text, str) or not verify_signature(self.spki, text.encode(), str(signature)):
            return
        proof = json.loads(text)
        if proof.get("nonce") != about["nonce"]:
            return
        for op_id in about["ops"]:
            record = self.state.records[op_id]
            there = [p for p, (sha256, size) in record.photos.items() if proof["photos"].get(sha256) == size]
            is_ours = record.op is not None and record.op["digest"] in proof["ops"].get(op_id, [])
            at = instant(datetime.fromisoformat(proof["at"]))
            record.model.feel({"type": "proven", "at": at, "op": is_ours, "photos": there})
            if record.model.gone and record.op is not None:
                self._purge(op_id, record, at)

    def _purge(self, op_id: str, record: Record, at: str) -> None:
        """The payload leaves; row and receipt stay."""
        record.op = None
        for sha256, _ in record.photos.values():
            if not any(sha256 in dict(each.photos.values()) for each in self.state.records.values() if each.op):
                self.state.pictures.pop(sha256, None)
        self.said.purged[op_id] = datetime.fromisoformat(at)

    def _heard_changes(self, answer: dict[str, Any], _about: dict[str, Any], _word: str) -> None:
        if not isinstance(answer.get("changes"), list) or "cursor" not in answer:
            return
        if answer.get("epoch") != self.state.epoch:
            self._ask_what_is_lacking(str(answer.get("epoch")))
            return
        if answer["reset"]:
            self.state.seen.clear()
        for change in answer["changes"]:
            self.state.seen[change["op_id"]] = (change["county"], change["state"])
            record = self.state.records.get(change["op_id"])
            if record is not None and change["state"] == "stored":
                record.model.feel({"type": "released"})
        self.state.cursor = answer["cursor"]

    def _ask_what_is_lacking(self, epoch: str) -> None:
        """The new life is believed only when all that was sent has been asked for: a kill in between asks again."""
        some = {op_id: each for op_id, each in self.state.records.items() if each.is_there and not each.model.gone}
        photos = [sha256 for each in some.values() for sha256, _ in each.photos.values()]
        ops = [{"op_id": op_id, "digest": each.op["digest"]} for op_id, each in some.items() if each.op]
        self._post("have", json.dumps({"ops": ops, "photos": photos}).encode(), epoch=epoch, ops=list(some))

    def _heard_have(self, answer: dict[str, Any], about: dict[str, Any], _word: str) -> None:
        if not isinstance(answer.get("ops"), list) or not isinstance(answer.get("photos"), list):
            return
        for op_id in about["ops"]:
            record = self.state.records[op_id]
            lacks = [p for p, (sha256, _) in record.photos.items() if sha256 in answer["photos"]]
            record.model.feel({"type": "asked", "lacks_op": op_id in answer["ops"], "lacks_photos": lacks})
        self.state.epoch, self.state.cursor = about["epoch"], ""

    def _heard_heartbeat(self, _answer: dict[str, Any], _about: dict[str, Any], _word: str) -> None:
        """What it says of gaps is shown, nothing more."""
