"""A register comes in whole or not at all, and a second list only changes what it says otherwise."""

import datetime
import json
from pathlib import Path

import pytest
from sqlmodel import select

from app.kernel import audit
from app.kernel.audit import AuditRow
from app.registry.households import saving
from app.registry.households.models import Household, Member
from app.registry.households.notes import ImportReport
from app.registry.households.problems import VillageFull
from app.registry.households.queries import masked_id
from app.registry.households.saving import id_place
from app.registry.households.service import import_register, stage_of
from app.registry.households.template import example_rows
from tests.rooms.households.books import HEADERS, home, id_number, member, write_book
from tests.rooms.households.conftest import Desk

HELAN = ["贺兰县", "金贵镇", "汉佐村", "640122101205"]
OTHER_VILLAGE = ["永宁县", "杨和镇", "纳家户村", "640121101203"]


def _register(desk: Desk) -> dict[str, Household]:
    with desk.db.read() as session:
        return {household.office_no: household for household in session.exec(select(Household))}


def test_households_of_several_counties_come_in_with_units_in_file_order(desk: Desk) -> None:
    rows = [
        home("B2", "马二"),
        home("B1", "马一"),
        home("C1", "王五", village=HELAN),
        home("D1", "马四", village=OTHER_VILLAGE),
    ]

    report = desk.imports(rows)

    assert (report.imported, report.added, report.counties) == (True, 4, {"640121": 3, "640122": 1})
    units = {number: household.unit for number, household in _register(desk).items()}
    assert units == {
        "B2": "640121101201-0001", "B1": "640121101201-0002",
        "C1": "640122101205-0001", "D1": "640121101203-0001",
    }  # fmt: skip


def test_a_second_import_of_the_same_file_changes_nothing(desk: Desk) -> None:
    rows = [home("A1", "马一", number=id_number(1)), member("马二", "子女", "2001-02-03")]
    desk.imports(rows)
    before = _register(desk)["A1"]

    report = desk.imports(rows)

    assert (report.added, report.updated, report.unchanged, report.missing) == (0, 0, 1, 0)
    assert _register(desk)["A1"] == before


def test_a_reimport_updates_by_household_number_and_keeps_the_unit(desk: Desk) -> None:
    desk.imports([home("A1", "马一", number=id_number(1)), member("马二"), home("A2", "马三")])
    before = _register(desk)

    report = desk.imports([home("A2", "马三"), home("A1", "马一", "已脱贫", number=id_number(1))])

    assert (report.updated, report.unchanged) == (1, 1)
    after = _register(desk)["A1"]
    assert (after.unit, after.status, after.size) == (before["A1"].unit, "exited", 1)
    with desk.db.read() as session:
        assert len(session.exec(select(Member).where(Member.unit == after.unit)).all()) == 1


def test_households_missing_from_a_reimport_are_kept_and_marked_with_the_day(desk: Desk) -> None:
    desk.imports([home("A1", "马一"), home("A2", "马二", village=OTHER_VILLAGE), home("C1", "王五", village=HELAN)])

    report = desk.imports([home("A1", "马一")])

    assert (report.missing, [note.code for note in report.warnings]) == (1, ["gone"])
    marked = _register(desk)
    assert isinstance(marked["A2"].missing_since, datetime.date)
    assert marked["A1"].missing_since is None
    assert marked["C1"].missing_since is None, "the file says nothing about the other county"


def test_the_day_stays_when_a_household_is_missing_again_and_goes_when_it_returns(desk: Desk) -> None:
    both = [home("A1", "马一"), home("A2", "马二")]
    desk.imports(both)
    desk.imports(both[:1])
    assert desk.imports(both[:1]).missing == 0

    report = desk.imports(both)

    assert (report.returned, _register(desk)["A2"].missing_since) == (1, None)


def test_a_poor_list_says_nothing_about_the_other_households(desk: Desk) -> None:
    desk.imports([home("A1", "马一"), home("N1", "张三", "非贫困")])
    assert desk.imports([home("A1", "马一")]).missing == 0


def test_lists_of_other_households_come_village_by_village(desk: Desk) -> None:
    desk.imports([home("N1", "张三", "非贫困"), home("N2", "张四", "非贫困")])

    other = desk.imports([home("N8", "李四", "非贫困", village=OTHER_VILLAGE)])
    again = desk.imports([home("N1", "张三", "非贫困")])

    assert (other.missing, again.missing) == (0, 1)


def test_a_partial_list_marks_nobody_outside_its_villages(desk: Desk) -> None:
    desk.imports([home("A1", "马一"), home("A2", "马二", village=OTHER_VILLAGE)])
    assert desk.imports([home("A1", "马一")], partial=True).missing == 0


def test_a_serial_is_never_used_again(desk: Desk) -> None:
    desk.imports([home("A1", "马一"), home("A2", "马二")])
    desk.imports([home("A1", "马一"), home("A3", "马三")])
    assert _register(desk)["A3"].unit == "640121101201-0003"


def test_a_family_that_moved_keeps_its_unit(desk: Desk) -> None:
    desk.imports([home("A1", "马一")])
    report = desk.imports([home("A1", "马一", village=OTHER_VILLAGE)])
    moved = _register(desk)["A1"]
    assert (moved.unit, moved.village_code) == ("640121101201-0001", "640121101203")
    assert [note.code for note in report.warnings] == ["moved"]


def test_zeros_lost_since_the_last_list_do_not_double_a_household(desk: Desk) -> None:
    desk.imports([home("0012", "马一")])
    report = desk.imports([home(12, "马一")])
    assert list(_register(desk)) == ["0012"]
    assert (report.added, [note.code for note in report.warnings]) == (0, ["zeros_lost"])


def test_one_bad_row_stops_everything(desk: Desk) -> None:
    report = desk.imports([home("A1", "马一"), home("A2", "马二", number="1")])
    assert (report.imported, report.error_count) == (False, 1)
    assert _register(desk) == {}


def test_keep_good_leaves_bad_households_out_whole_and_lists_them(desk: Desk) -> None:
    rows = [home("A1", "马一"), member("马小", number="1"), home("A2", "马二")]

    report = desk.imports(rows, keep_good=True)

    assert report.imported
    assert report.left_out == [(2, "A1")]
    assert list(_register(desk)) == ["A2"]


def test_a_household_left_out_for_an_error_is_not_missing(desk: Desk) -> None:
    desk.imports([home("A1", "马一"), home("A2", "马二")])
    report = desk.imports([home("A1", "马一", "?"), home("A2", "马二")], keep_good=True)
    assert report.missing == 0


def test_nothing_good_is_nothing_imported(desk: Desk) -> None:
    assert not desk.imports([home("A1", "马一", "?")], keep_good=True).imported


def test_id_numbers_lie_sealed_and_are_shown_masked(desk: Desk) -> None:
    number = id_number(1)
    desk.imports([home("A1", "马一", number=number)])
    with desk.db.read() as session:
        person = session.exec(select(Member)).one()

    assert person.id_sealed is not None
    assert number.encode() not in person.id_sealed
    assert person.id_index == desk.keys.index(number)
    assert desk.keys.unseal(person.id_sealed, id_place(person.county_id, person.unit, 1)) == number
    assert masked_id(desk.keys, person) == f"{number[:6]}********{number[-4:]}"


def test_an_id_number_known_in_another_household_is_flagged(desk: Desk) -> None:
    desk.imports([home("C1", "王五", village=HELAN, number=id_number(1))])
    report = desk.imports([home("A1", "马一", number=id_number(1))])
    assert [(note.code, note.row) for note in report.warnings] == [("id_known", 2)]


def test_a_county_that_fails_takes_nothing_with_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is lowered, not the code: a village of one household may hold no second."""
    monkeypatch.setattr(saving, "LAST_SERIAL", 1)
    with pytest.raises(VillageFull):
        desk.imports([home("A1", "马一"), home("A2", "马二")])
    assert _register(desk) == {}


def test_a_village_outside_the_officers_scope_is_an_error(desk: Desk) -> None:
    report = desk.imports([home("A1", "马一")], scope="640122")
    assert [note.code for note in report.errors] == ["out_of_scope"]


def test_every_county_gets_one_line_in_its_chain_without_names(desk: Desk) -> None:
    desk.imports([home("A1", "马一"), home("C1", "王五", village=HELAN)])
    with desk.db.read() as session:
        lines = session.exec(select(AuditRow)).all()
        assert [audit.first_broken(session, line.county_id) for line in lines] == [None, None]
    assert {(line.county_id, line.action, line.actor) for line in lines} == {
        (4, "register.imported", "wang.fang"),
        (5, "register.imported", "wang.fang"),
    }
    assert json.loads(lines[0].detail)["added"] == 1
    assert "马一" not in lines[0].detail


def test_the_report_survives_being_stored(desk: Desk) -> None:
    report = desk.imports([home("A1", "马一", number="1"), home("A2", "马二")], keep_good=True)
    assert ImportReport.from_json(report.to_json()) == report


def test_progress_goes_from_reading_over_judging_to_saving_and_ends(small_desk: Desk) -> None:
    told: list[int] = []
    rows = [home(f"A{n}", f"马{n}") for n in range(1200)]

    small_desk.imports(rows, progress=lambda done, total: told.append(done * 100 // total))

    assert told == sorted(told)
    assert {stage_of(percent) for percent in told} == {"read", "check", "save"}
    assert told[-1] == 100


def test_the_template_s_example_is_a_register(desk: Desk, tmp_path: Path) -> None:
    from app.registry.households.columns import COLUMNS

    rows = [[row.get(column.key) for column in COLUMNS] for row in example_rows()]
    path = write_book(tmp_path / "example.xlsx", rows, ["★" + column.header for column in COLUMNS])

    report = import_register(desk.db, desk.keys, path, "wang.fang")

    assert (report.imported, report.households, report.people) == (True, 2, 3)
    assert (report.error_count, report.warning_count, report.kept_columns) == (0, 0, [])


def test_headers_of_the_tests_are_the_contract_s() -> None:
    assert HEADERS[:7] == ["县区", "乡镇", "村", "村代码", "户编号", "户主姓名", "户属性状态"]
