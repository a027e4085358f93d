"""An officer decides once, with a reason, about what is held; other bytes under a known id lie beside the first."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from app.kernel import audit
from app.kernel.db.engines import Database
from app.kernel.keys import Keys
from app.registry.people.models import Account, Role
from app.survey.records import service, transit
from app.survey.records.models import Op, OpChange, RecordState, Resolution
from app.survey.records.rules import Reason, SealedOp, read_body, sha256_hex

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
OP = UUID(int=7)


def kept(db: Database, state: RecordState) -> None:
    """One record of county 1 in this state."""
    writer = Account(
        account="writer", name="某人", role=Role.INSPECTOR, scope="640104", password_hash="-", created_at=NOW
    )
    with db.write(0) as session:
        session.add(writer)
        session.flush()
        account_id = writer.id
    sealed = SealedOp(OP, 1, "", b"{}")
    reasons = (Reason("why", "#", "因为", "Because"),) if state == RecordState.QUARANTINED else ()
    with db.write(1) as session:
        service.keep(
            session, 1, sealed, read_body(sealed), service.Judgement(state, reasons),
            account_id=account_id, device_id=UUID(int=3), epoch="e", received_at=NOW,
        )  # fmt: skip


def test_other_bytes_are_kept_under_a_number_of_their_own_and_the_receipt_says_so(db: Database, keys: Keys) -> None:
    kept(db, RecordState.STORED)
    with db.write(1) as session:
        first = op_of(session)
        service.keep_conflict(
            session, 1, SealedOp(OP, 9, "", b"other"),
            account_id=first.account_id, device_id=first.device_id, epoch="e", received_at=NOW,
        )  # fmt: skip

    with db.read() as session:
        first = op_of(session)
        (other,) = transit.conflicts_of(session, [1], OP)
        told = [json.loads(service.receipt(keys, row)["text"]) for row in (first, other)]
    assert (first.seq, other.seq, other.body, other.dev_seq) == (1, 2, b"other", 9)
    assert [each["state"] for each in told] == ["stored", "conflict"]
    assert [each["server_seq"] for each in told] == [1, 2]
    assert [each["digest"] for each in told] == [sha256_hex(b"{}"), sha256_hex(b"other")]


def op_of(session: Session) -> Op:
    return session.exec(select(Op).where(Op.op_id == OP)).one()


@pytest.mark.parametrize(
    ("resolution", "ends"),
    [(Resolution.RELEASED, RecordState.STORED), (Resolution.VOIDED, RecordState.QUARANTINED)],
)
def test_a_decision_is_written_down_pulled_and_audited(db: Database, resolution: Resolution, ends: RecordState) -> None:
    kept(db, RecordState.QUARANTINED)
    with db.read() as session:
        place = transit.changes_of(session, 1, 0, most=5).read
    with db.write(1) as session:
        service.resolve(session, op_of(session), resolution, f"  {'说' * 600}  ", by="city")

    with db.read() as session:
        op = op_of(session)
        feed = transit.changes_of(session, 1, place, most=5)
        (line,) = session.exec(select(audit.AuditRow).where(audit.AuditRow.county_id == 1)).all()
        assert (op.state, op.received_state, op.resolution) == (ends, "quarantined", resolution)
        assert (op.resolved_by, op.resolution_why) == ("city", "说" * 500)
        assert [reason["code"] for reason in op.reasons] == ["why"]
        assert ([change.op.op_id for change in feed.changes], feed.more) == ([OP], False)
        assert (line.action, line.subject, line.actor) == (f"record.{resolution}", str(OP), "city")


def test_there_is_one_decision_and_it_needs_a_reason(db: Database) -> None:
    kept(db, RecordState.QUARANTINED)
    with pytest.raises(service.ReasonNeeded), db.write(1) as session:
        service.resolve(session, op_of(session), Resolution.RELEASED, " \n", by="city")
    with db.write(1) as session:
        service.resolve(session, op_of(session), Resolution.VOIDED, "重复", by="city")
    for again in Resolution:
        with pytest.raises(service.NotHeld), db.write(1) as session:
            service.resolve(session, op_of(session), again, "还是算数", by="city")
    with db.read() as session:
        assert (op_of(session).resolution, op_of(session).resolution_why) == (Resolution.VOIDED, "重复")


@pytest.mark.parametrize("state", [RecordState.STORED, RecordState.STORED_ORPHAN])
def test_what_is_not_held_is_not_decided_about(db: Database, state: RecordState) -> None:
    kept(db, state)
    with pytest.raises(service.NotHeld), db.write(1) as session:
        service.resolve(session, op_of(session), Resolution.VOIDED, "重复", by="city")


def test_changes_of_one_record_are_numbered_in_turn(db: Database) -> None:
    kept(db, RecordState.STORED)
    for _ in range(3):
        with db.write(1) as session:
            service.note_change(session, op_of(session))
    with db.read() as session:
        changes = session.exec(select(OpChange).order_by(col(OpChange.number))).all()
        assert [change.number for change in changes] == [1, 2, 3]
        assert [change.seq for change in changes] == [2, 3, 4]


def test_an_orphan_is_adopted_once_and_whoever_had_pulled_it_hears_of_it(db: Database) -> None:
    kept(db, RecordState.STORED_ORPHAN)
    with db.read() as session:
        place = transit.changes_of(session, 1, 0, most=5).read
    with db.write(1) as session:
        op = op_of(session)
        assert service.adopt(session, op, op)
        assert not service.adopt(session, op, op)
    with db.read() as session:
        (change,) = transit.changes_of(session, 1, place, most=5).changes
        assert (change.op.op_id, change.op.state) == (OP, RecordState.STORED)
