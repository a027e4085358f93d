"""Phones, a bad line and the service's own rules in one process, driven by one seed (in the manner of FoundationDB).

No thread, no socket, no clock but the virtual one. The service is not a model: its doors' functions run over a real
SQLite file, are killed before or after their commits, and are set back to an earlier copy. The phones are models, and
the phone's own code walks the same cases (tests/contracts/cases/phone_core.json) and has a simulation of its own
(pwa/test/sync/simulation.test.ts). What must always hold is in checker.py.
"""

import json
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import event
from sqlmodel import select

from app.doors import intake
from app.doors.phone import photos, sync, sync_pull, verify
from app.doors.web.house import House
from app.kernel import audit, clock
from app.kernel.db.base import HOME
from app.kernel.problems import Problem, Unauthenticated
from app.registry.people import queries as accounts
from app.registry.people.rules import Actor
from app.survey.questionnaires.models import FormVersion
from app.survey.records import queries as records
from tests import pictures
from tests.cast import device_of, house_at
from tests.model.handset import Handset
from tests.model.line import Line, Parcel

HANDS = {"lin": "640104", "song": "640104", "fang": "640106"}
FORM = "q1_poor"
BEGIN = datetime(2026, 11, 24, tzinfo=UTC)
PULLS = ("changes", "heartbeat", "verify")
YOUNG = timedelta(days=30)
"""A backup that is older than this may lack what phones have let go, and is not put back here."""

ACTS = {
    "seal": 8, "go": 16, "deliver": 24, "give_up": 3, "pull": 3, "beat": 2, "kill_phone": 2, "tick": 4, "leap": 1,
    "kill_service": 2, "back_up": 1, "set_back": 1, "move": 1, "close_or_open_out": 1, "release": 1,
    "forge": 1, "press": 1,
}  # fmt: skip
"""What may happen, and how often."""


class Killed(BaseException):
    """kill -9 of the service."""


class _Now(datetime):
    """The class behind `utcnow`; its present is the valley's."""

    present = BEGIN

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return cls.present.astimezone(tz)


@contextmanager
def virtual_time() -> Iterator[None]:
    """The service's clock stands still but for us."""
    clock.datetime = _Now  # type: ignore[misc]
    try:
        yield
    finally:
        clock.datetime = datetime  # type: ignore[misc]


class Valley:
    """One history. `act` does one thing, `settle` makes everything well again and waits for quiet."""

    handset_kind = Handset
    acts = ACTS

    def __init__(self, template: Path, seed: int, *, harm: float = 0.3) -> None:
        self.rng = random.Random(seed)
        shm = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(prefix="ruhu-valley-", dir=shm if shm.is_dir() else None))
        shutil.copy(template, self._file)
        self.house = self._open()
        self.line = Line(self.rng, harm)
        spki = str(self.house.keys.public_key()["spki"])
        self.hands = {name: self.handset_kind(name, str(device_of(name)), spki, self.rng, self.line) for name in HANDS}
        with self.house.db.read() as session:
            epoch = audit.epoch(session)
            found = session.exec(select(FormVersion.version).where(FormVersion.form_id == FORM))
            self.version = str(found.first())
        for hand in self.hands.values():
            hand.begin(epoch)
        self.scopes = dict(HANDS)
        self.shut_out: set[str] = set()
        self.dies_at: int | None = None
        self.commits = 0
        self.backup: datetime | None = None
        self.set_backs = 0
        self.poisoned: set[str] = set()
        self.watch: Callable[[Actor, Parcel, dict[str, Any]], None] = lambda *_: None
        """Sees every answer as it leaves the service."""
        self.trail: list[str] = []
        self.now = BEGIN

    # --- the house ---

    @property
    def _file(self) -> Path:
        return self.folder / "ruhu.sqlite3"

    def _open(self) -> House:
        house = house_at(f"sqlite:///{self._file}", self.folder / "data")
        event.listen(house.db.engine(), "commit", self._about_to_commit)
        return house

    def close(self) -> None:
        """Give everything back."""
        self.house.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def now(self) -> datetime:
        """The service's present."""
        return _Now.present

    @now.setter
    def now(self, instant: datetime) -> None:
        _Now.present = instant

    def _about_to_commit(self, _connection: Any) -> None:
        if self.dies_at is None:
            return
        self.commits += 1
        if self.commits > self.dies_at:
            self.dies_at = None
            raise Killed

    # --- one step ---

    def act(self, what: str | None = None) -> None:
        """One thing happens: the named one, or one of all by chance."""
        what = what or self.rng.choices(list(self.acts), list(self.acts.values()))[0]
        self.trail.append(what)
        getattr(self, what)()

    def any_hand(self) -> Handset:
        return self.rng.choice(list(self.hands.values()))

    def seal(self) -> None:
        """A phone seals something: mostly an outcome, with a photo or not, or what no rule of ours can read."""
        hand = self.any_hand()
        if self.rng.random() < 0.1:
            self.poisoned.add(hand.seal(self.rng.choice(POISON), [], {}))
        else:
            self.seals(hand, photos=self.rng.random() < 0.4)

    def seals(self, hand: Handset, *, photos: int = 0) -> str:
        """This phone seals an outcome with so many photos; its id."""
        data = [BASE + self.rng.randbytes(12) for _ in range(photos)]
        shots = {pictures.digest(each): each for each in data}
        lines = [
            {"photo_id": str(UUID(int=self.rng.getrandbits(128), version=4)), "sha256": sha256, "bytes": len(each),
             "type": "image/jpeg", "question": "/cover/door_photo"}
            for sha256, each in shots.items()
        ]  # fmt: skip
        return hand.seal(json.dumps({**self._outcome(hand), "photos": lines}, ensure_ascii=False), lines, shots)

    def _outcome(self, hand: Handset) -> dict[str, Any]:
        """An office's outcome, or a doorstep on the form: what its rules say of it, it is kept and exported."""
        county = HANDS[hand.name] if self.rng.random() < 0.9 else self.rng.choice(["640106", "640104", "640999"])
        known = list(hand.state.records)
        told = {
            "kind": "outcome", "sample_id": f"2017-1-A1.{county}-P.{self.rng.randrange(1, 20)}",
            "outcome": {"code": "N4", "reason": f"drill {self.rng.random()}"},
            "started_at": "2017-05-20T09:30:00+08:00",
            "corrects": self.rng.choice(known) if known and self.rng.random() < 0.2 else None,
        }  # fmt: skip
        if self.rng.random() < 0.2:
            told |= {"kind": "interview", "form_id": FORM, "form_version": self.version, "answers": {}}
        return told

    def go(self) -> None:
        self.any_hand().go(self.now + timedelta(days=self.rng.choice([0, 0, 0, -4000, 4000])))

    def pull(self) -> None:
        self.any_hand().pull()

    def beat(self) -> None:
        self.any_hand().beat()

    def give_up(self) -> None:
        self.any_hand().give_up()

    def press(self) -> None:
        self.any_hand().pressed = True

    def kill_phone(self) -> None:
        self.any_hand().restart()

    def tick(self) -> None:
        self.now += timedelta(seconds=self.rng.randrange(1, 90_000))

    def leap(self) -> None:
        self.now += timedelta(days=self.rng.choice([1, 15, 29, 30, 31]))

    def deliver(self) -> None:
        """One parcel arrives."""
        parcel = self.line.next()
        if parcel is None:
            return
        if parcel.is_reply:
            self.hands[parcel.phone].hear(parcel)
            return
        try:
            reply = self.serve(parcel)
        except Killed:
            self.line.break_off()
            return
        self.line.post(reply)

    # --- what befalls the service ---

    def kill_service(self) -> None:
        """It will die at one of its next commits."""
        self.dies_at, self.commits = self.rng.randrange(3), 0

    def back_up(self) -> None:
        """A copy of the database at rest; its pictures stay where they are."""
        self.house.close()
        shutil.copy(self._file, self.folder / "backup.sqlite3")
        self.backup = self.now
        self.house = self._open()

    def set_back(self) -> None:
        """The copy takes the database's place, and a new life begins, as `ruhu restore` does it."""
        if self.backup is None or self.now - self.backup >= YOUNG:
            return
        self.set_backs += 1
        self.house.close()
        for tail in ("-wal", "-shm"):
            Path(f"{self._file}{tail}").unlink(missing_ok=True)
        shutil.copy(self.folder / "backup.sqlite3", self._file)
        self.house = self._open()
        self.dies_at = None
        with self.house.db.write(HOME) as session:
            audit.renew_epoch(session, f"{self.rng.getrandbits(128):032x}")
        self.line.break_off()

    # --- what people do ---

    def move(self) -> None:
        """Somebody is sent to the other county, or back."""
        name = self.rng.choice(list(HANDS))
        self.scopes[name] = self.rng.choice(["640104", "640106"])

    def close_or_open_out(self) -> None:
        """A phone is shut out, or let in again."""
        self.shut_out ^= {self.rng.choice(list(HANDS))}

    def release(self) -> None:
        """An officer lets what is held count, where that is possible."""
        with self.house.db.read() as session:
            held = records.list_held(session, range(1, 7))
        if not held:
            return
        op = self.rng.choice(held)
        try:
            intake.release(self.house, self.actor("city"), op.county_id, op.op_id, "看过了")
        except (Problem, Killed):
            return

    def forge(self) -> None:
        """Somebody hands in other content under an id that is known, perhaps of the other county."""
        known = [op_id for hand in self.hands.values() for op_id in hand.said.sealed]
        if known:
            self.forges(self.rng.choice(known))

    def forges(self, op_id: str) -> None:
        """Other content under this very id, in the name of whoever sealed it."""
        hand = next(each for each in self.hands.values() if op_id in each.said.sealed)
        body = json.dumps({**self._outcome(hand), "forged": True})
        op = {"op_id": op_id, "dev_seq": 0, "digest": pictures.digest(body.encode()), "body": body}
        data = json.dumps({"device_id": hand.device_id, "ops": [op]}).encode()
        try:
            self.serve(Parcel(hand.name, -1, "sync", data))
        except Killed:
            self.line.break_off()

    # --- the service's doors ---

    def actor(self, name: str) -> Actor:
        """Who asks, as signed in now."""
        with self.house.db.read() as session:
            found = accounts.actor_from(accounts.get_account(session, name))
        if name not in HANDS:
            return found
        shut = "device" if name in self.shut_out else None
        return replace(found, scope=self.scopes[name], device_id=device_of(name), shut_out=shut)

    def serve(self, parcel: Parcel) -> Parcel:
        """What the service answers; Killed when it dies over it."""
        actor = self.actor(parcel.phone)
        try:
            if actor.shut_out and parcel.kind in PULLS:
                raise Unauthenticated("已停用", "Shut out")
            answer = getattr(self, f"_serve_{parcel.kind}")(actor, parcel)
        except Problem as problem:
            return replace(parcel, is_reply=True, status=problem.status, data=json.dumps(problem.body()).encode())
        except (ValueError, TypeError, KeyError):  # what the framework answers with 422 before our code is reached
            return replace(parcel, is_reply=True, status=422, data=b"{}")
        except Exception:  # what nobody foresaw is a 500, as in the running service
            return replace(parcel, is_reply=True, status=500, data=b"{}")
        self.watch(actor, parcel, answer)
        return replace(parcel, is_reply=True, data=json.dumps(answer).encode())

    def _serve_sync(self, actor: Actor, parcel: Parcel) -> dict[str, Any]:
        return sync._sync(self.house, actor, parcel.data)

    def _serve_have(self, actor: Actor, parcel: Parcel) -> dict[str, Any]:
        return sync._have(self.house, actor, parcel.data)

    def _serve_photo(self, actor: Actor, parcel: Parcel) -> dict[str, Any]:
        photos._put(self.house, actor, parcel.address, parcel.data)
        return {"sha256": parcel.address, "bytes": len(parcel.data), "state": "durable"}

    def _serve_verify(self, actor: Actor, parcel: Parcel) -> dict[str, Any]:
        return verify._verify(self.house, actor, verify.ProofAsk.model_validate_json(parcel.data))

    def _serve_changes(self, actor: Actor, parcel: Parcel) -> dict[str, Any]:
        asked = json.loads(parcel.data)
        limit = min(max(int(asked["limit"]), 1), 500)
        return sync_pull.get_changes(self.house, actor, str(asked["cursor"])[:4000], limit)

    def _serve_heartbeat(self, actor: Actor, parcel: Parcel) -> dict[str, Any]:
        return sync_pull._heartbeat(self.house, actor, parcel.data)

    # --- quiet ---

    def settle(self) -> int:
        """The line is good, everybody is let in, nobody dies: rounds until no phone has anything to send."""
        self.line.break_off()
        self.line.harm, self.dies_at = 0.0, None
        self.shut_out.clear()
        self.scopes = dict(HANDS)
        for hand in self.hands.values():
            hand.restart()
        for turn in range(200):
            for hand in self.hands.values():
                hand.pressed = True
                self._converse(hand)
            if turn > 3 and all(self._is_quiet(hand) for hand in self.hands.values()):
                return turn
        return 200

    def _converse(self, hand: Handset) -> None:
        hand.go(self.now)
        self._exchange()
        hand.pull()
        self._exchange()

    def _exchange(self) -> None:
        while self.line.going:
            self.deliver()

    def _is_quiet(self, hand: Handset) -> bool:
        lines = [each.model.goes(True) for each in hand.state.records.values()]
        is_sent = not any(each["op"] or each["photos"] for each in lines)
        return is_sent and hand.open is None and self._has_pulled_all(hand)

    def _has_pulled_all(self, hand: Handset) -> bool:
        return not sync_pull.get_changes(self.house, self.actor(hand.name), hand.state.cursor, 1)["changes"]


POISON = ('{"kind": NaN}', "", "[]", "[" * 2000, '{"drill": "\ud800"}', "null")
BASE = pictures.photo(3, (160, 120))
