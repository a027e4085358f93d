"""An import beside the request: it ends in its row whatever happens, and a restart leaves nothing that looks alive."""

import threading
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlmodel import select

from app.kernel.clock import utcnow
from app.registry.households import jobs
from app.registry.households.jobs import end_cut_off_jobs, start_import, upload_folder
from app.registry.households.models import Household, ImportJob
from app.registry.households.notes import ImportReport
from app.registry.households.problems import ImportRunning
from app.registry.households.queries import is_cut_off
from app.registry.people.models import Role
from app.registry.people.rules import Actor
from tests.rooms.households.books import home, write_book
from tests.rooms.households.conftest import Desk

CITY = Actor(uuid4(), "city", "市督", Role.CITY_OFFICER, "6401")


def _end(desk: Desk) -> ImportJob:
    for thread in threading.enumerate():
        if thread.name == "register-import":
            thread.join(60)
    with desk.db.read() as session:
        return session.exec(select(ImportJob)).one()


def _upload(desk: Desk, *rows: list[object]) -> Path:
    return write_book(upload_folder(desk.folder) / "a.xlsx", list(rows))


def test_an_import_ends_done_with_its_report_and_without_its_file(desk: Desk) -> None:
    path = _upload(desk, home("A1", "马一"))
    start_import(desk.db, desk.keys, CITY, path, "名册.xlsx")
    job = _end(desk)
    assert (job.state, job.filename, path.exists()) == ("done", "名册.xlsx", False)
    assert ImportReport.from_json(job.report).added == 1


def test_a_fault_of_the_program_ends_the_job_and_its_file_and_logs_no_content(
    small_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_args: object, **_more: object) -> ImportReport:
        raise RuntimeError("马一 640121197001010017")

    monkeypatch.setattr(jobs, "import_register", breaks)
    path = _upload(small_desk, home("A1", "马一"))
    start_import(small_desk.db, small_desk.keys, CITY, path, "名册.xlsx")
    job = _end(small_desk)
    assert (job.state, path.exists()) == ("failed", False)
    assert "马一" not in job.report


def test_a_second_import_waits_for_the_first_and_not_for_one_that_fell_silent(small_desk: Desk) -> None:
    now = utcnow()
    running = ImportJob(actor="x", scope="6401", filename="x", sha256="0" * 64, state="running", at=now, beat_at=now)
    with small_desk.db.write(0) as session:
        session.add(running)
    path = _upload(small_desk, home())
    with pytest.raises(ImportRunning):
        start_import(small_desk.db, small_desk.keys, CITY, path, "b.xlsx")

    with small_desk.db.write(0) as session:
        running.beat_at = now - timedelta(minutes=11)
        session.add(running)
    assert is_cut_off(running)
    start_import(small_desk.db, small_desk.keys, CITY, path, "b.xlsx")
    for thread in threading.enumerate():
        if thread.name == "register-import":
            thread.join(60)
    with small_desk.db.read() as session:
        assert session.exec(select(Household.office_no)).one() == "A001"


def test_a_start_ends_what_the_last_life_left_running_and_deletes_its_upload(desk: Desk) -> None:
    now = utcnow()
    with desk.db.write(0) as session:
        session.add(
            ImportJob(actor="x", scope="6401", filename="x", sha256="0" * 64, state="running", at=now, beat_at=now)
        )
    left = _upload(desk, home())

    end_cut_off_jobs(desk.db, desk.folder)

    job = _end(desk)
    report = ImportReport.from_json(job.report)
    assert (job.state, left.exists()) == ("failed", False)
    assert report.refusal is not None
    assert "重新导入" in report.refusal[0]
