"""A fault for each invariant, as somebody could really write it: the tests plant one and must see it found.

Nothing of the product reaches this file. Faults of the service take the place of one function for a while; faults of
the phone are hands with another disk, another core or another habit. (Faults in the phone's own code are planted in
pwa/test/sync/planted.test.ts.)
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from app.doors import intake
from app.doors.phone import sync_pull
from app.kernel import audit
from app.kernel.db.engines import Database
from app.registry.places import list_counties
from app.survey.photos.store import FolderStore
from app.survey.records import queries, service, transit
from app.survey.records.models import Op
from app.survey.records.rules import SealedOp
from tests.model.handset import Disk, Handset, State
from tests.model.phone_core import Event, Model
from tests.model.valley import ACTS, Valley

Plant = Callable[[pytest.MonkeyPatch], type[Valley]]


class RelaxedDisk(Disk):
    """A write that returns before it is there: the browser's default."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0

    def write(self, state: State) -> None:
        self.writes += 1
        if self.writes % 3 == 0:
            super().write(state)


class HastyCore(Model):
    """Lets go at the first proof."""

    def _proven(self, event: Event) -> None:
        super()._proven(event)
        self.gone = self.gone or self.first_proof is not None


class RelaxedHand(Handset):
    disk_kind = RelaxedDisk


class HastyHand(Handset):
    model_kind = HastyCore


class ForgetfulHand(Handset):
    """Notes on its disk that a record is on its way, and after a kill nobody takes the note back."""

    def _ask_sync(self) -> bool:
        is_asked = super()._ask_sync()
        if is_asked and self.open is not None:
            for op_id in self.open.about["ops"]:
                self.state.records[op_id].model.lines["op"] = "refused" if self.pressed else "sending"
            self.disk.write(self.state)
        return is_asked


class OftenSetBack(Valley):
    """What has been proven once is not asked about for thirty days: only the epoch can tell of its loss."""

    acts: ClassVar[dict[str, int]] = {**ACTS, "leap": 0, "back_up": 4, "set_back": 6}

    def set_back(self) -> None:
        """Before it, there is a quiet hour, in which phones get their proofs."""
        harm, self.line.harm = self.line.harm, 0.0
        for hand in self.hands.values():
            for _ in range(6):
                hand.give_up()
                self._converse(hand)
        self.line.harm = harm
        super().set_back()


class OftenForged(Valley):
    """The same id comes with content of another county."""

    acts: ClassVar[dict[str, int]] = {**ACTS, "forge": 12}


def _with_hands(kind: type[Handset]) -> Plant:
    return lambda _patch: type("PlantedValley", (Valley,), {"handset_kind": kind})


def saved_before_it_is_on_the_disk(patch: pytest.MonkeyPatch) -> type[Valley]:
    """I1."""
    return _with_hands(RelaxedHand)(patch)


def thanks_before_the_commit(patch: pytest.MonkeyPatch) -> type[Valley]:
    """I2: some transactions are rolled back after all, and their receipts leave."""
    count = 0

    @contextmanager
    def write(self: Database, county_id: int) -> Iterator[Session]:
        nonlocal count
        count += 1
        with Session(self.engine(), expire_on_commit=False) as session:
            session.info["county_id"] = county_id
            yield session
            session.flush()
            has_records = "unnumbered" in session.info
            for last in session.info.pop("at_close", ()):
                last(session)
            if count % 4 or not has_records:
                session.commit()
            else:
                session.expunge_all()
                session.rollback()

    patch.setattr(Database, "write", write)
    return Valley


def known_ids_are_looked_up_in_one_county(patch: pytest.MonkeyPatch) -> type[Valley]:
    """I3."""

    def ops_by_id(session: Session, op_ids: Any) -> dict[UUID, Op]:
        here = session.info.get("county_id")
        rows = session.exec(select(Op).where(col(Op.op_id).in_(set(op_ids)), Op.county_id == here)).all()
        return {row.op_id: row for row in rows}

    patch.setattr(queries, "ops_by_id", ops_by_id)
    return OftenForged


def the_stated_digest_is_believed(patch: pytest.MonkeyPatch) -> type[Valley]:
    """I4."""
    stated: Callable[[SealedOp], str] = lambda op: op.digest  # noqa: E731
    patch.setattr(service, "digest_of", stated)
    return Valley


def let_go_at_the_first_proof(patch: pytest.MonkeyPatch) -> type[Valley]:
    """I5."""
    return _with_hands(HastyHand)(patch)


def heartbeats_are_not_heard(patch: pytest.MonkeyPatch) -> type[Valley]:
    """I6: only what came tells how far a phone has counted, so that a missing end is never noticed."""

    def highest_of(session: Session, device_id: UUID) -> int:
        arrived = transit.arrived_of(session, [device_id]).get(device_id)
        return arrived.highest if arrived else 0

    patch.setattr(transit, "highest_of", highest_of)
    return Valley


def the_name_appears_before_the_bytes(patch: pytest.MonkeyPatch) -> type[Valley]:
    """I7: half of a picture lies under its digest."""

    def place(_self: FolderStore, source: Path, target: Path, _sha256: str) -> None:
        shutil.copyfile(source, target)
        with target.open("r+b") as file:
            file.truncate(source.stat().st_size // 2)

    patch.setattr(FolderStore, "_place", place)
    return Valley


def one_bad_record_refuses_the_envelope(patch: pytest.MonkeyPatch) -> type[Valley]:
    """I8."""
    honest = intake.read_body

    def read_body(op: SealedOp) -> Any:
        body = honest(op)
        if any(reason.code in ("not-json", "shape") for reason in body.reasons):
            raise ValueError("cannot be read")
        return body

    patch.setattr(intake, "read_body", read_body)
    return Valley


def the_cursor_leaps_over_what_did_not_fit(patch: pytest.MonkeyPatch) -> type[Valley]:
    """I9."""
    honest = transit.changes_of

    def changes_of(session: Session, county_id: int, after: int, **more: Any) -> transit.Feed:
        feed = honest(session, county_id, after, **more)
        counter = session.get(audit.CountySeq, county_id, populate_existing=True)
        return transit.Feed(feed.changes, max(feed.read, counter.seq if counter else 0), False)

    patch.setattr(transit, "changes_of", changes_of)
    return Valley


def sending_is_remembered_for_ever(patch: pytest.MonkeyPatch) -> type[Valley]:
    """I10."""
    return _with_hands(ForgetfulHand)(patch)


def a_restore_keeps_the_epoch(patch: pytest.MonkeyPatch) -> type[Valley]:
    """I11."""

    def renew_epoch(session: Session, _fresh: str) -> str:
        return audit.epoch(session)

    patch.setattr(audit, "renew_epoch", renew_epoch)
    return OftenSetBack


def every_county_is_pulled(patch: pytest.MonkeyPatch) -> type[Valley]:
    """I12: both fences are down, that of the counties and that of the team."""

    def counties_of(session: Session, _actor: Any) -> Sequence[Any]:
        return list_counties(session)

    def sight(_session: Session, _actor: Any) -> Callable[..., bool]:
        return lambda *_: True

    patch.setattr(sync_pull, "counties_of", counties_of)
    patch.setattr(sync_pull, "_sight", sight)
    return Valley


PLANTED: dict[str, Plant] = {
    "I1": saved_before_it_is_on_the_disk,
    "I2": thanks_before_the_commit,
    "I3": known_ids_are_looked_up_in_one_county,
    "I4": the_stated_digest_is_believed,
    "I5": let_go_at_the_first_proof,
    "I6": heartbeats_are_not_heard,
    "I7": the_name_appears_before_the_bytes,
    "I8": one_bad_record_refuses_the_envelope,
    "I9": the_cursor_leaps_over_what_did_not_fit,
    "I10": sending_is_remembered_for_ever,
    "I11": a_restore_keeps_the_epoch,
    "I12": every_county_is_pulled,
}
