"""Whether everything that was promised is there: database, records, pictures, audit chain.

Each check returns the faults it found, the first of them first; `ruhu verify` prints them and ends with 0 only when
there is none. Rooms that keep sums of their own add a check to CHECKS.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from app.figures.frozen import queries as frozen
from app.figures.indicators import checking as figures
from app.kernel.audit import CountySeq
from app.kernel.clock import utcnow
from app.kernel.db.engines import Database
from app.kernel.keys import Keys
from app.survey.photos.store import Store
from app.survey.records.models import Op, OpChange, OpConflict
from app.survey.records.rules import sha256_hex
from app.upkeep import heads, sweep
from app.upkeep.heads import Fault

STEP = 500


@dataclass(frozen=True)
class Premises:
    """What is looked at."""

    db: Database
    store: Store
    keys: Keys
    heads: Path
    tz: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    facts: int = 0
    """So many households' facts are made from their records again; every answer of theirs is read for it."""


@dataclass
class Report:
    """What was counted, and what does not hold."""

    counts: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def verify(place: Premises) -> Report:
    """Run every check, the cheap ones first."""
    report = Report()
    for check in CHECKS:
        report.faults += check(place, report)
    return report


def check_database(place: Premises, _report: Report) -> list[Fault]:
    """SQLite's own word about its file; PostgreSQL checks its pages when it reads them (data checksums)."""
    if not place.db.is_sqlite:
        return []
    with place.db.read() as session:
        connection = session.connection()
        said = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(20)")]
        loose = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    faults = [Fault(f"数据库文件:{line}", f"Database file: {line}") for line in said if line != "ok"]
    return faults + [Fault(f"表 {row[0]} 有悬空引用", f"Table {row[0]} has a dangling reference") for row in loose[:20]]


def check_records(place: Premises, report: Report) -> list[Fault]:
    """Every record's bytes are those of its digest, and numbers lie within the county's counter, each once."""
    faults: list[Fault] = []
    with place.db.read() as session:
        counters = {row.county_id: row.seq for row in session.exec(select(CountySeq))}
        for row in _kept(session):
            report.counts["records"] = report.counts.get("records", 0) + 1
            name = row.op_id
            if sha256_hex(row.body) != row.digest:
                faults.append(Fault(f"记录 {name} 的内容与摘要不符", f"Record {name}: bytes and digest differ"))
            if row.seq is None or not 0 < row.seq <= counters.get(row.county_id, 0):
                faults.append(Fault(f"记录 {name} 的序号越界", f"Record {name}: number outside the counter"))
        faults += _double_numbers(session)
    return faults


def _kept(session: Session) -> Iterator[Op | OpConflict]:
    ops = select(Op).order_by(col(Op.county_id), col(Op.op_id)).execution_options(yield_per=STEP)
    conflicts = select(OpConflict).order_by(col(OpConflict.county_id), col(OpConflict.op_id))
    for row in session.exec(ops):
        yield row
        session.expunge(row)
    yield from session.exec(conflicts.execution_options(yield_per=STEP))


def _double_numbers(session: Session) -> list[Fault]:
    """A number given to two things of a county: each table forbids it for itself, all of them together do not."""
    numbers = (
        select(Op.county_id, Op.seq)
        .union_all(select(OpConflict.county_id, OpConflict.seq), select(OpChange.county_id, OpChange.seq))
        .subquery()
    )
    query = select(numbers.c.county_id, numbers.c.seq).group_by(numbers.c.county_id, numbers.c.seq)
    doubles = session.execute(query.having(func.count() > 1).limit(20)).all()
    return [Fault(f"县区 {c} 的序号 {n} 用了两次", f"Number {n} of county {c} was given twice") for c, n in doubles]


def check_pictures(place: Premises, report: Report) -> list[Fault]:
    """Every picture's bytes; lost ones are marked, so that phones send them again."""
    found = sweep.check_pictures(place.db, place.store)
    report.counts["photos"] = found.checked
    return [
        Fault(f"照片 {key} 丢失或已损坏,已通知手机补传", f"Photo {key} is lost or damaged; phones are asked for it")
        for key in found.lost
    ]


def check_audit(place: Premises, report: Report) -> list[Fault]:
    """The audit chain against itself and against its signed heads."""
    with place.db.read() as session:
        fault = heads.first_fault(session, place.keys, place.heads)
    report.counts["audit heads"] = sum(1 for _ in heads.read_heads(place.heads))
    return [fault] if fault else []


def check_frozen(place: Premises, _report: Report) -> list[Fault]:
    """Every closed round's table has the digest it was frozen with, and every figure comes out of its counts again."""
    with place.db.read() as session:
        broken = frozen.first_broken(session)
    if broken is None:
        return []
    code, figure, software = broken.round_code, broken.figure, broken.software
    if not figure:
        return [Fault(f"轮次 {code} 的冻结结果被改动", f"The frozen table of round {code} was changed")]
    zh = f"轮次 {code} 的冻结结果({software})由其计数算不出:{figure}"
    return [Fault(zh, f"The counts frozen with round {code} ({software}) do not give its figure {figure}")]


def check_figures(place: Premises, _report: Report) -> list[Fault]:
    """The kept sums of every county are what its facts add up to."""
    with place.db.read() as session:
        return [
            Fault(
                f"抽样 {each.draw_id} 县区 {each.county_id} 的合计与事实不符:{each.what}",
                f"Sums of draw {each.draw_id}, county {each.county_id} are not those of its facts: {each.what}",
            )
            for each in figures.sums_apart(session)
        ]


def check_facts(place: Premises, report: Report) -> list[Fault]:
    """Facts are what the records say, over counties and draws in a new random order every day."""
    if not place.facts:
        return []
    report.counts["facts"] = place.facts
    with place.db.read() as session:
        return [
            Fault(
                f"抽样 {each.draw_id} 县区 {each.county_id} 的事实与记录不符:{each.what}",
                f"Facts of draw {each.draw_id}, county {each.county_id} are not those of its records: {each.what}",
            )
            for each in figures.facts_apart(session, place.tz, most=place.facts, seed=utcnow().toordinal())
        ]


CHECKS: list[Callable[[Premises, Report], list[Fault]]] = [
    check_database,
    check_audit,
    check_frozen,
    check_figures,
    check_facts,
    check_records,
    check_pictures,
]
