"""Which figure of a row stands when runs of different sizes meet (tools/reliability.py)."""

from typing import Any

from tools.reliability import merged


def line(row: str, n: int, at: int, *, failures: int = 0, what: str = "done", by: str = "drill", **more: Any) -> Any:
    return {"row": row, "n": n, "at": at, "failures": failures, "what": what, "by": by, "run": "day", **more}


def test_the_larger_run_stands_whichever_came_last() -> None:
    night, day = line("R03", 2000, 1), line("R03", 5, 2)

    assert merged({"R03": night}, {"R03": day}) == {"R03": night}
    assert merged({"R03": day}, {"R03": night}) == {"R03": night}
    assert merged({}, {"R03": day, "R04-pg": line("R04-pg", 1, 2)}).keys() == {"R03", "R04-pg"}


def test_a_failure_outweighs_every_larger_run_until_the_drill_passes_again() -> None:
    night, broken, mended = line("R03", 2000, 1), line("R03", 3, 2, failures=1), line("R03", 2, 3)

    assert merged({"R03": night}, {"R03": broken}) == {"R03": broken}
    assert merged({"R03": broken}, {"R03": mended}) == {"R03": mended}
    assert merged({"R03": mended}, {"R03": broken}) == {"R03": mended}


def test_a_drill_that_broke_off_is_told_until_that_very_drill_passes() -> None:
    broken = line("P12-test_pin", 1, 2, failures=1, what="FAILED: test_pin", by="pin")
    other, same = line("P12", 20, 3, by="another"), line("P12", 20, 3, by="pin")

    assert merged({"P12-test_pin": broken}, {"P12": other}).keys() == {"P12-test_pin", "P12"}
    assert merged({"P12-test_pin": broken}, {"P12": same}) == {"P12": same}


def test_a_score_is_the_last_one_and_not_the_best() -> None:
    old, new = line("R20-core.ts", 60, 1, is_count=True), line("R20-core.ts", 30, 2, is_count=True)

    assert merged({"R20-core.ts": old}, {"R20-core.ts": new}) == {"R20-core.ts": new}
    assert merged({"I1": line("I1", 9, 1)}, {"I1": line("I1", 4, 2)})["I1"]["n"] == 4
