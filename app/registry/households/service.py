"""Bring a register file in: read all of it, judge all of it, and only then write, one county a transaction.

All or nothing unless `keep_good`; then households with an error are left out whole and listed. A second import of the
same file changes nothing. Neither names nor ID numbers reach a log or a report.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.kernel.clock import local_day, utcnow
from app.kernel.db.engines import Database
from app.kernel.keys import Keys
from app.registry.households.columns import SEARCH_ROWS, Layout, find_layout
from app.registry.households.drafts import Drafts
from app.registry.households.models import Household, Member, PovertyStatus
from app.registry.households.notes import ImportReport, Notes
from app.registry.households.problems import NotARegister
from app.registry.households.rules import MOST_ROWS, Checked, Checker, Ledger, note_busy_helpers
from app.registry.households.saving import Basket, CountyImport
from app.registry.households.workbook import Row, Rows, open_rows
from app.registry.places import County, list_counties

Progress = Callable[[int, int], None]
"""Called with the percentage done and 100; `stage_of` tells what is being done."""

STAGES = {"read": (0, 60), "check": (60, 75), "save": (75, 100)}
"""Stage → from and to which percentage; nothing is written before the last one begins."""

STEP = 500
SHANGHAI = ZoneInfo("Asia/Shanghai")


def import_register(
    db: Database,
    keys: Keys,
    path: Path,
    actor_name: str,
    *,
    keep_good: bool = False,
    partial: bool = False,
    scope: str = "",
    filename: str = "",
    tz: ZoneInfo = SHANGHAI,
    progress: Progress | None = None,
) -> ImportReport:
    """Import the first sheet of a workbook; `actor_name` is the account that answers for it.

    Returns the report; `imported` False means errors were found and nothing was changed. Raises UnreadableWorkbook
    or NotARegister when there is nothing to judge. `scope`: only villages below this division code may be in the
    file. `partial`: the file is a list of some villages, so other villages' poor households are not marked missing.
    """
    begun = time.monotonic()
    meter = _Meter(progress)
    report = ImportReport(filename or path.name, sha256_of(path))
    notes = Notes()
    today = local_day(utcnow(), tz)
    with db.read() as session:
        counties = list_counties(session)
    ledger = Ledger({county.code: county.name_zh for county in counties}, today, scope)
    households = _read(path, ledger, notes, report, meter)
    note_busy_helpers(ledger, notes)
    baskets = _sort(households, counties, ledger, notes, report, keep_good)
    if notes.total("error") == 0 or (keep_good and any(basket.households for basket in baskets)):
        _note_known_numbers(db, keys, ledger, baskets, notes)
        _save(db, keys, baskets, notes, report, actor_name, today, partial, meter)
    report.take(notes)
    report.seconds = round(time.monotonic() - begun, 2)
    return report


def sha256_of(path: Path) -> str:
    """Digest of a file, lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stage_of(percent: int) -> str:
    """`read`, `check` or `save`."""
    return next(stage for stage, (_, end) in STAGES.items() if percent < end or end == 100)


class _Meter:
    """Turns the progress of a stage into that of the whole; tells every percentage once."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._last = -1

    def __call__(self, stage: str, done: int, total: int) -> None:
        begin, end = STAGES[stage]
        percent = begin + (end - begin) * min(done, total) // max(total, 1)
        if self._progress is not None and percent > self._last:
            self._last = percent
            self._progress(percent, 100)


def _read(path: Path, ledger: Ledger, notes: Notes, report: ImportReport, progress: _Meter) -> list[bytes]:
    """All households of the file, judged and packed, in file order."""
    with open_rows(path) as rows:
        layout, drafts = _gather(rows, notes, progress)
    report.kept_columns, report.not_taken = list(layout.kept.values()), layout.not_taken
    report.rows, report.households = drafts.rows, len(drafts)
    if not len(drafts) and not notes.total("error"):
        raise NotARegister(
            "表头下面没有一户。请填写后再上传。", "There is no household below the header. Fill the sheet in."
        )
    checker = Checker(ledger, notes)
    packed = []
    for home, draft in drafts:
        household = checker.check(home, draft)
        report.people += len(household.members)
        packed.append(household.pack())
        if home % STEP == 0:
            progress("check", home, report.households)
    return packed


def _gather(rows: Rows, notes: Notes, progress: _Meter) -> tuple[Layout, Drafts]:
    stream = iter(rows)
    first = list(islice(stream, SEARCH_ROWS))
    layout = find_layout(first)
    if layout is None or layout.missing or layout.doubled:
        raise _no_register(layout)
    drafts = Drafts(layout, notes)
    for count, (number, cells) in enumerate(_after(layout.row, first, stream)):
        drafts.feed(number, cells)
        if count % STEP == 0:
            progress("read", number, rows.height)
    return layout, drafts


def _after(header: int, first: list[Row], stream: Iterator[Row]) -> Iterator[Row]:
    yield from (row for row in first if row[0] > header)
    yield from stream


def _no_register(layout: Layout | None) -> NotARegister:
    if layout is None:
        return NotARegister(
            "前40行里没有找到表头。请用下载的模板,表头写:县区、乡镇、村、村代码、户编号、户主姓名、户属性状态……",
            "No header row was found in the first 40 rows. Please use the template.",
        )
    if layout.missing:
        names = "、".join(layout.missing)
        return NotARegister(
            f"第{layout.row}行是表头,但缺少必填列:{names}。", f"Row {layout.row} is the header, but lacks: {names}."
        )
    names = "、".join(layout.doubled)
    return NotARegister(
        f"第{layout.row}行的表头里有重复的列:{names}。请删去一列。", f"Columns stand twice: {names}. Remove one."
    )


def _sort(
    households: list[bytes], counties: list[County], ledger: Ledger, notes: Notes, report: ImportReport, keep_good: bool
) -> list[Basket]:
    """Households by county, the bad ones left out; the list gives up its items as it goes."""
    baskets = {county.code: Basket(county) for county in counties}
    for home, packed in enumerate(households):
        household = Checked.unpack(packed)
        households[home] = b""
        basket = baskets.get(household.county)
        if basket is None:  # its county cannot be read, so it is missing from none
            for other in baskets.values():
                other.present.add(household.office_no)
        else:
            basket.present.add(household.office_no)
            basket.covered.add((household.village_code, household.values["status"] == PovertyStatus.NON_POOR))
            basket.villages.setdefault(household.village_code, ledger.villages[household.village_code])
        if home not in notes.bad and basket is not None:
            basket.households.append(packed)
        elif keep_good:
            report.left_out.append((household.row, household.office_no))
    return [basket for basket in baskets.values() if basket.households]


def _note_known_numbers(db: Database, keys: Keys, ledger: Ledger, baskets: list[Basket], notes: Notes) -> None:
    """ID numbers that the register has in a household which this file does not list (F11)."""
    present = {basket.county.id: basket.present for basket in baskets}
    elsewhere: set[bytes] = set()
    with db.read() as session:
        for county in list_counties(session):
            elsewhere.update(_numbers_elsewhere(session, county.id, present.get(county.id, set())))
    if not elsewhere:
        return
    for number, place in ledger.ids.items():
        if keys.index(number) in elsewhere:
            notes.add("id_known", place // MOST_ROWS, "证件号码")


def _numbers_elsewhere(session: Session, county_id: int, present: set[str]) -> Iterator[bytes]:
    """Indexes of the ID numbers in a county's households that the file does not list."""
    known = select(Household.unit, Household.office_no).where(Household.county_id == county_id)
    units = iter([unit for unit, office_no in session.exec(known) if office_no not in present])
    while chunk := list(islice(units, STEP)):
        held = select(Member.id_index).where(
            Member.county_id == county_id, col(Member.unit).in_(chunk), col(Member.id_index).is_not(None)
        )
        yield from (index for index in session.exec(held) if index is not None)


def _save(
    db: Database,
    keys: Keys,
    baskets: list[Basket],
    notes: Notes,
    report: ImportReport,
    actor: str,
    today: date,
    partial: bool,
    progress: _Meter,
) -> None:
    total = sum(len(basket.households) for basket in baskets)
    done = 0
    progress("save", 0, total)

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress("save", done, total)

    for basket in baskets:
        with db.write(basket.county.id) as session:
            work = CountyImport(session, keys, basket, notes, utcnow(), today)
            tally = work.run(partial=partial, actor=actor, progress=advance, sha256=report.sha256)
        report.counties[basket.county.code] = len(basket.households)
        for name in ("added", "updated", "unchanged", "returned", "missing"):
            setattr(report, name, getattr(report, name) + getattr(tally, name))
    report.imported = True
