"""The load of inspectors from their doorsteps: days are days in RUHU_TZ, minutes those of completed interviews."""

from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from app.findings.inspections.workload import MOST_A_DAY, Doorstep, loads

TZ = ZoneInfo("Asia/Shanghai")
LIN, FANG = UUID(int=1), UUID(int=2)


def step(who: UUID, start: str, minutes: int | None = 20, completed: bool = True) -> Doorstep:
    at = int(datetime.fromisoformat(f"{start}+08:00").timestamp())
    return Doorstep(who.hex, at, None if minutes is None else at + minutes * 60, completed)


def test_doors_days_and_minutes_of_each_inspector_the_busiest_first() -> None:
    steps = [
        step(LIN, "2017-05-20T09:00"),
        step(LIN, "2017-05-20T23:50", 30),
        step(LIN, "2017-05-21T00:10", 3, completed=False),
        step(FANG, "2017-05-20T10:00", None),
    ]

    lin, fang = loads(steps, TZ)

    assert (lin.account_id, lin.doors, lin.completed, lin.days) == (LIN, 3, 2, 2)
    assert lin.by_day == {date(2017, 5, 20): 2, date(2017, 5, 21): 1}
    assert (lin.minutes, lin.median_minutes, lin.most_a_day) == ((20, 30), 25, 2)
    assert (fang.doors, fang.minutes, fang.median_minutes) == (1, (), None)


def test_a_day_begins_with_the_zone_s_own_quarter_of_an_hour() -> None:
    """Kathmandu is 5 h 45 min ahead: 18:14 in London is the same day there, 18:15 the next."""
    at = [datetime(2017, 5, 20, 18, minute, 59, tzinfo=UTC) for minute in (0, 14, 15, 44)]
    steps = [Doorstep(str(LIN), int(each.timestamp()), None, True) for each in at]

    assert loads(steps, ZoneInfo("Asia/Kathmandu"))[0].by_day == {date(2017, 5, 20): 2, date(2017, 5, 21): 2}


def test_a_day_too_full_is_told() -> None:
    many = [step(LIN, f"2017-05-20T{6 + hour:02d}:00") for hour in range(MOST_A_DAY)]
    assert not loads(many, TZ)[0].is_heavy
    assert loads([*many, step(LIN, "2017-05-20T18:30")], TZ)[0].is_heavy


def test_a_clock_that_ran_backwards_gives_no_minutes() -> None:
    assert loads([step(LIN, "2017-05-20T09:00", -5)], TZ)[0].minutes == ()
    assert loads([], TZ) == []


def test_nobody_is_at_two_doors_at_once() -> None:
    """Touching ends are no overlap; one long interview over two others are two; another person's are their own."""
    touching = [step(LIN, "2017-05-20T09:00", 20), step(LIN, "2017-05-20T09:20", 20)]
    long = [step(LIN, "2017-05-20T09:00", 90), step(LIN, "2017-05-20T09:30"), step(LIN, "2017-05-20T10:10")]

    assert loads(touching, TZ)[0].overlaps == 0
    assert loads(long, TZ)[0].overlaps == 2
    assert [each.overlaps for each in loads([touching[0], step(FANG, "2017-05-20T09:10")], TZ)] == [0, 0]
    assert loads([touching[0], step(LIN, "2017-05-20T09:10", completed=False)], TZ)[0].overlaps == 0
