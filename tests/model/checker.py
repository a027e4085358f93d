"""What must hold in every history of the valley (reliability §2, I1 to I12), each by its own look at the evidence.

The evidence is what phones have promised on their screens (`Said`), the rows and files of the service, and every
answer that left it. `after_each` is cheap and runs after every step; `at_rest` runs when all is quiet again.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from app.doors.openrosa import csv_out
from app.doors.phone import sync_pull
from app.registry.people.rules import Actor
from app.registry.places import list_counties
from app.survey.photos import queries as photos
from app.survey.questionnaires.queries import require_form
from app.survey.records.models import Op, OpConflict
from app.survey.records.rules import sha256_hex
from tests.model.handset import Handset
from tests.model.line import Parcel
from tests.model.valley import FORM, Valley

KEEP = timedelta(days=30)


class Broken(AssertionError):
    """An invariant does not hold; `name` says which."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")
        self.name = name


class Checker:
    """Looks at one valley."""

    def __init__(self, valley: Valley) -> None:
        self.valley = valley
        valley.watch = self._see
        self.proofs: dict[str, list[datetime]] = {}
        self.purged: set[str] = set()
        self.told: dict[str, int] = {}
        self.believed: set[str] = set()
        self.pictures: set[tuple[str, str]] = set()

    def after_each(self) -> None:
        """After every step."""
        for hand in self.valley.hands.values():
            self._saved_is_there(hand)
            self._let_go_rightly(hand)
            self._believed_is_kept(hand)
            self._photos_are_whole(hand, only_new=True)

    def at_rest(self, rounds: int) -> None:
        """When the line was good again, everybody let in, and time was given."""
        self._rows_are_single()
        self._nothing_is_stuck(rounds)
        exported = self._exported()
        for hand in self.valley.hands.values():
            self._is_exported(hand, exported)
            self._receipts_are_true(hand)
            self._receipts_come_again(hand)
            self._all_that_was_sealed_is_here(hand)
            self._photos_are_whole(hand)
        for hand in self.valley.hands.values():
            self._puller_has_the_same_set(hand)

    # --- on the phone ---

    def _saved_is_there(self, hand: Handset) -> None:
        """I1: what the screen called saved is on the disk, unless it was let go."""
        kept = hand.disk.read_after_cut()
        for op_id, op in hand.said.sealed.items():
            record = kept.records.get(op_id)
            if record is None or (op_id not in hand.said.purged and record.op != op):
                raise Broken("I1", f"{hand.name} said saved and lost {op_id}")

    def _let_go_rightly(self, hand: Handset) -> None:
        """I5: the service had proven it, whole, thirty days before by its own clock, and had it when it was let go."""
        for op_id in hand.said.purged.keys() - self.purged:
            self.purged.add(op_id)
            first = min(self.proofs.get(op_id, ()), default=None)
            if first is None or self.valley.now - first < KEEP:
                raise Broken("I5", f"{hand.name} let go of {op_id} without two proofs thirty days apart")

    def _believed_is_kept(self, hand: Handset) -> None:
        """I2: under a receipt that has just been believed lies a row; whoever thanks before the commit is seen here."""
        for op_id in hand.said.receipts.keys() - self.believed:
            self.believed.add(op_id)
            if not self.valley.set_backs and not any(True for _ in self._rows_of(op_id)):
                raise Broken("I2", f"{hand.name} believes the receipt of {op_id}, and nothing was kept")

    # --- what left the service ---

    def _see(self, actor: Actor, parcel: Parcel, answer: dict[str, Any]) -> None:
        """An answer in the moment in which it leaves."""
        if parcel.kind == "changes":
            self._stays_inside(actor, answer)
        elif parcel.kind == "heartbeat":
            self._names_every_gap(parcel.phone, json.loads(parcel.data), answer)
        elif parcel.kind == "verify":
            for op_id in json.loads(answer["text"])["ops"]:
                self.proofs.setdefault(op_id, []).append(self.valley.now)

    def _stays_inside(self, actor: Actor, answer: dict[str, Any]) -> None:
        """I12: nobody is told of a county outside his scope, at any moment."""
        for change in answer["changes"]:
            if not actor.covers(change["county"]):
                raise Broken("I12", f"{actor.account} was told of {change['county']}")

    def _names_every_gap(self, name: str, told: dict[str, Any], answer: dict[str, Any]) -> None:
        """I6: every number that the phone has given and that never came is named, and no other."""
        hand = self.valley.hands[name]
        with self.valley.house.db.read() as session:
            arrived = {
                seq
                for kept in (Op, OpConflict)
                for seq in session.exec(select(kept.dev_seq).where(kept.device_id == UUID(hand.device_id)))
            }
        self.told[name] = max(self.told.get(name, 0), told["max_dev_seq"])
        named = next((set(gap["missing"]) for gap in answer["gaps"] if gap["device_id"] == hand.device_id), set())
        must = set(range(1, max([told["max_dev_seq"], *arrived]) + 1)) - arrived
        may = set(range(1, max([self.told[name], *arrived]) + 1)) - arrived
        if not must <= named <= may:
            raise Broken("I6", f"{name} lacks {sorted(must)}, the service names {sorted(named)}")

    # --- at rest ---

    def _nothing_is_stuck(self, rounds: int) -> None:
        """I8 where something poisoned is about, I10 otherwise: nothing waits for ever, and nobody had to help."""
        for hand in self.valley.hands.values():
            for op_id, record in hand.state.records.items():
                word = "I8" if self._is_beside_poison(hand) else "I10"
                if record.model.goes(True)["op"] or not (record.is_there or record.model.gone):
                    raise Broken(word, f"{hand.name} cannot bring {op_id} in after {rounds} rounds")
                if record.model.goes(True)["photos"]:
                    raise Broken(word, f"{hand.name} cannot bring the photos of {op_id} in")

    @property
    def _lost_name(self) -> str:
        """What is not there any more was lost by a commit, or by setting back."""
        return "I11" if self.valley.set_backs else "I2"

    def _is_beside_poison(self, hand: Handset) -> bool:
        return bool(self.valley.poisoned & hand.said.sealed.keys())

    def _rows_are_single(self) -> None:
        """I3: one row for each id in the whole database."""
        with self.valley.house.db.read() as session:
            double = session.connection().execute(text("select op_id from op group by op_id having count(*) > 1"))
            for row in double:
                raise Broken("I3", f"{row[0]} has several rows")

    def _rows_of(self, op_id: str) -> Iterator[Op | OpConflict]:
        with self.valley.house.db.read() as session:
            yield from session.exec(select(Op).where(col(Op.op_id) == UUID(op_id)))
            yield from session.exec(select(OpConflict).where(col(OpConflict.op_id) == UUID(op_id)))

    def _receipts_are_true(self, hand: Handset) -> None:
        """I4: under every believed receipt lie bytes of that very digest (I2 where nothing lies there at all)."""
        for op_id, receipt in hand.said.receipts.items():
            told = json.loads(receipt["text"])
            rows = list(self._rows_of(op_id))
            if not rows:
                raise Broken(self._lost_name, f"{op_id} is gone")
            if not any(row.digest == told["digest"] and sha256_hex(row.body) == told["digest"] for row in rows):
                raise Broken("I4", f"the receipt of {op_id} is for other bytes than those kept")

    def _exported(self) -> set[str]:
        """The ids in the city's export of the form."""
        with self.valley.house.db.read() as session:
            form = require_form(session, FORM, self.valley.version).form
            plan = csv_out.plan_of(session, self.valley.actor("city"), form)
        return {str(op_id) for _, op_ids in plan.batches for op_id in op_ids}

    def _is_exported(self, hand: Handset, exported: set[str]) -> None:
        """I2: what was sealed on the form is in the export, but for what others' bytes stand before."""
        for op_id, op in hand.said.sealed.items():
            if f'"form_id": "{FORM}"' not in op["body"] or op_id in exported:
                continue
            if not any(isinstance(row, OpConflict) for row in self._rows_of(op_id)):
                raise Broken(self._lost_name, f"{op_id} is not in the export")

    def _receipts_come_again(self, hand: Handset) -> None:
        """I4: asked for once more, a receipt says the same to the byte. A restored service gives new ones.

        Only what is signed is compared: beside it a letter may have changed on the way (seed 295).
        """
        if self.valley.set_backs:
            return
        again: dict[str, str] = {}
        after: int | None = 0
        while after is not None:
            told = sync_pull.get_receipts(self.valley.house, self.valley.actor(hand.name), UUID(hand.device_id), after)
            again |= {each["op_id"]: each["receipt"]["text"] for each in told["receipts"]}
            after = told["next"]
        for op_id, receipt in hand.said.receipts.items():
            if json.loads(receipt["text"])["state"] != "conflict" and again.get(op_id) != receipt["text"]:
                raise Broken("I4", f"the receipt of {op_id} is not the same any more")

    def _all_that_was_sealed_is_here(self, hand: Handset) -> None:
        """I2, or I11 after the service was set back: every sealed op is on the service, byte for byte."""
        for op_id, op in hand.said.sealed.items():
            body = op["body"].encode("utf-8", "surrogatepass")
            if not any(row.body == body for row in self._rows_of(op_id)):
                raise Broken(self._lost_name, f"{op_id} of {hand.name} is not on the service")

    def _photos_are_whole(self, hand: Handset, *, only_new: bool = False) -> None:
        """I7: a picture that is called received is here, and its bytes are its own."""
        house = self.valley.house
        for op_id, record in hand.state.records.items():
            for photo_id, (sha256, _size) in record.photos.items():
                if not (record.model.gone or record.model.there(photo_id)):
                    continue
                if only_new and ((op_id, photo_id) in self.pictures or self.valley.set_backs):
                    continue
                self.pictures.add((op_id, photo_id))
                with house.db.read() as session:
                    counties = {row.county_id for row in self._rows_of(op_id)}
                    kept = [photos.find_object(session, county, sha256) for county in counties]
                data = [house.store.get(each.key) for each in kept if each is not None]
                if not data or any(each is None or hashlib.sha256(each).hexdigest() != sha256 for each in data):
                    raise Broken("I7", f"a picture of {op_id} is called received and is not whole")

    def _puller_has_the_same_set(self, hand: Handset) -> None:
        """I9: who pulls until nothing comes has exactly the rows of his county, as they stand."""
        county = self.valley.scopes[hand.name]
        with self.valley.house.db.read() as session:
            number = next(each.id for each in list_counties(session) if each.code == county)
            rows = session.exec(select(Op.op_id, Op.state).where(Op.county_id == number))
            there = {str(op_id): str(state) for op_id, state in rows}
        seen = {op_id: state for op_id, (where, state) in hand.state.seen.items() if where == county}
        if seen != there:
            apart = {op_id for op_id in seen.keys() | there.keys() if seen.get(op_id) != there.get(op_id)}
            raise Broken("I9", f"{hand.name} pulled otherwise than it stands: {sorted(apart)[:3]}")
