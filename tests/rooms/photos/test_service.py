"""A picture is taken from the account whose record announced it, kept once per county, and never lost."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, select

from app.kernel.db.engines import Database
from app.survey.photos import queries, service
from app.survey.photos.models import PhotoObject
from app.survey.photos.problems import (
    CannotBeShown,
    DigestMismatch,
    NotAnnounced,
    NotHereYet,
    PictureRefused,
    StoreFailed,
)
from app.survey.photos.store import FolderStore
from tests import pictures

MAY = datetime(2017, 5, 20, 3, 0, tzinfo=UTC)
LIN, WANG = uuid4(), uuid4()
XINGQING, YONGNING = 1, 4


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "store")


@pytest.fixture
def taken(tmp_path: Path) -> "Taken":
    return Taken(tmp_path)


class Taken:
    """A picture as it lies fsynced on disk before it is kept."""

    def __init__(self, folder: Path, data: bytes | None = None) -> None:
        self.data = pictures.small_photo(7) if data is None else data
        self.sha256 = pictures.digest(self.data)
        self.photo_id = uuid4()
        self.path = folder / self.sha256
        self.path.write_bytes(self.data)

    def line(self) -> dict[str, Any]:
        return {
            "photo_id": str(self.photo_id),
            "sha256": self.sha256,
            "bytes": len(self.data),
            "type": "image/jpeg",
            "question": "door_photo",
        }


def _announce(db: Database, taken: Taken, county: int = XINGQING, account: UUID = LIN, at: datetime = MAY) -> UUID:
    op_id = uuid4()
    with db.write(county) as session:
        assert service.announce(session, county, op_id, account, [taken.line()], at) == []
    return op_id


def _objects(session: Session) -> list[tuple[int, str, str]]:
    return [(row.county_id, row.key, row.state) for row in session.exec(select(PhotoObject))]


def test_an_announced_picture_is_kept_and_asked_for_no_more(db: Database, store: FolderStore, taken: Taken) -> None:
    op_id = _announce(db, taken)
    with db.read() as session:
        assert service.missing(session, LIN, [taken.sha256]) == [taken.sha256]

    assert service.deposit(db, store, LIN, taken.sha256, taken.path, MAY)

    with db.read() as session:
        assert service.missing(session, LIN, [taken.sha256]) == []
        assert _objects(session) == [(XINGQING, f"1/201705/{taken.sha256}", "durable")]
        (state,) = queries.photo_states(session, XINGQING, [op_id])[op_id]
        assert (state.photo_id, state.state, state.width) == (taken.photo_id, "durable", 320)
    assert store.get(f"1/201705/{taken.sha256}") == taken.data


def test_a_second_deposit_is_answered_alike_and_keeps_nothing_new(
    db: Database, store: FolderStore, taken: Taken
) -> None:
    _announce(db, taken)
    assert service.deposit(db, store, LIN, taken.sha256, taken.path, MAY) is True

    assert service.deposit(db, store, LIN, taken.sha256, taken.path, MAY) is False


def test_a_stranger_to_the_announcement_brings_nothing(db: Database, store: FolderStore, taken: Taken) -> None:
    _announce(db, taken, account=LIN)

    with pytest.raises(NotAnnounced):
        service.deposit(db, store, WANG, taken.sha256, taken.path, MAY)

    with db.read() as session:
        assert _objects(session) == []
        assert service.missing(session, WANG, [taken.sha256]) == [taken.sha256]


def test_other_bytes_than_announced_are_not_kept(db: Database, store: FolderStore, taken: Taken) -> None:
    _announce(db, taken)
    taken.path.write_bytes(taken.data[:-1] + b"x")

    with pytest.raises(DigestMismatch):
        service.deposit(db, store, LIN, taken.sha256, taken.path, MAY)

    with db.read() as session:
        assert _objects(session) == []


def test_one_picture_announced_in_two_counties_is_two_objects(db: Database, store: FolderStore, taken: Taken) -> None:
    _announce(db, taken, XINGQING)
    service.deposit(db, store, LIN, taken.sha256, taken.path, MAY)
    _announce(db, taken, YONGNING, at=MAY + timedelta(days=30))
    with db.read() as session:
        assert service.missing(session, LIN, [taken.sha256]) == [taken.sha256]

    assert service.deposit(db, store, LIN, taken.sha256, taken.path, MAY)

    with db.read() as session:
        assert service.missing(session, LIN, [taken.sha256]) == []
        assert sorted(_objects(session)) == [
            (XINGQING, f"1/201705/{taken.sha256}", "durable"),
            (YONGNING, f"4/201706/{taken.sha256}", "durable"),
        ]


@pytest.mark.parametrize("name", ["an empty file", "a web page", "a pixel flood", "a JPEG cut in the middle"])
def test_what_is_no_picture_is_kept_refused_and_never_asked_for_again(
    db: Database, store: FolderStore, tmp_path: Path, name: str
) -> None:
    data, reason = pictures.HOSTILE[name]
    taken = Taken(tmp_path, data)
    op_id = _announce(db, taken)

    for _ in range(2):
        with pytest.raises(PictureRefused) as refusal:
            service.deposit(db, store, LIN, taken.sha256, taken.path, MAY)
        assert refusal.value.reason == reason
        assert refusal.value.retry == "never"

    assert store.get(f"1/201705/{taken.sha256}") == data
    with db.read() as session:
        assert service.missing(session, LIN, [taken.sha256]) == []
        (state,) = queries.photo_states(session, XINGQING, [op_id])[op_id]
        assert (state.state, state.reason) == ("refused", reason)
        kept = queries.find_object(session, XINGQING, taken.sha256)
    with pytest.raises(CannotBeShown):
        service.show(store, kept, "view")


def test_a_picture_is_shown_anew_and_the_sheet_is_cached(db: Database, store: FolderStore, tmp_path: Path) -> None:
    taken = Taken(tmp_path, pictures.with_exif())
    _announce(db, taken)
    service.deposit(db, store, LIN, taken.sha256, taken.path, MAY)
    with db.read() as session:
        kept = queries.find_object(session, XINGQING, taken.sha256)

    shown = service.show(store, kept, "thumb")

    assert b"Exif" not in shown
    assert store.get(f"1/201705/{taken.sha256}.thumb") == shown
    (store.root / f"1/201705/{taken.sha256}").unlink()
    assert service.show(store, kept, "thumb") == shown


def test_a_picture_that_has_not_come_cannot_be_shown_yet(store: FolderStore) -> None:
    with pytest.raises(NotHereYet):
        service.show(store, None, "view")


def test_a_lost_file_is_healed_when_the_phone_sends_again(db: Database, store: FolderStore, taken: Taken) -> None:
    _announce(db, taken)
    service.deposit(db, store, LIN, taken.sha256, taken.path, MAY)
    (store.root / f"1/201705/{taken.sha256}").unlink()

    service.deposit(db, store, LIN, taken.sha256, taken.path, MAY)

    assert store.get(f"1/201705/{taken.sha256}") == taken.data


def test_no_row_is_written_when_the_store_fails(
    db: Database, store: FolderStore, taken: Taken, monkeypatch: pytest.MonkeyPatch
) -> None:
    _announce(db, taken)

    def fails(*_: Any) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(store, "_place", fails)
    with pytest.raises(StoreFailed):
        service.deposit(db, store, LIN, taken.sha256, taken.path, MAY)

    with db.read() as session:
        assert _objects(session) == []
        assert service.missing(session, LIN, [taken.sha256]) == [taken.sha256]


def test_garbage_in_the_list_stores_what_is_usable_and_says_the_rest(db: Database, taken: Taken) -> None:
    with db.write(XINGQING) as session:
        faults = service.announce(
            session, XINGQING, uuid4(), LIN, [3, taken.line(), {**taken.line(), "question": "a\0\ud800"}], MAY
        )

    assert [fault.pointer for fault in faults] == ["#/photos/0"]
    with db.read() as session:
        assert len(queries.find_photo(session, taken.photo_id)) == 1


def test_a_correction_repeats_its_pictures_and_the_first_place_stands_first(db: Database, taken: Taken) -> None:
    second = _announce(db, taken, at=MAY + timedelta(days=1))
    first = _announce(db, taken, at=MAY)

    with db.read() as session:
        places = queries.find_photo(session, taken.photo_id)

    assert [place.op_id for place in places] == [first, second]
    assert {place.county_id for place in places} == {XINGQING}


def test_an_announcement_repeated_changes_nothing(db: Database, taken: Taken) -> None:
    op_id = uuid4()
    for _ in range(2):
        with db.write(XINGQING) as session:
            service.announce(session, XINGQING, op_id, LIN, [taken.line()], MAY)

    with db.read() as session:
        assert len(queries.find_photo(session, taken.photo_id)) == 1


def test_what_was_never_announced_is_missing_and_garbage_is_left_out(db: Database, taken: Taken) -> None:
    with db.read() as session:
        assert service.missing(session, LIN, [taken.sha256, 7, None, "x", taken.sha256]) == [taken.sha256]
        assert service.missing(session, LIN, []) == []
