"""A draw record is recomputed from public data alone, and the first lie is named."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.methods.draw import rules as hhd1
from app.methods.draw.records import verify

UNITS = {
    "640104-P": [f"640104001201-{i:04}" for i in range(1, 41)],
    "640104-N": [f"640104001202-{i:04}" for i in range(1, 101)],
}
FRAME = [(stratum, unit) for stratum, units in UNITS.items() for unit in units]
Record = dict[str, Any]


def a_record() -> Record:
    draw, parts = "2017-1-A1", ["73920518264409175386"]
    lines = [
        hhd1.StratumLine(name, len(units), n, 2 * n, hhd1.frame_digest(draw, name, units))
        for (name, units), n in zip(UNITS.items(), (10, 4), strict=True)
    ]
    commit = hhd1.commitment(draw, "DICE10X20", lines)
    seed = hhd1.seed(commit, draw, parts)
    lists = {line.stratum: hhd1.draw_list(seed, draw, line, UNITS[line.stratum]) for line in lines}
    return {
        "version": "HHD1",
        "round": "2017-1",
        "draw": draw,
        "source": "DICE10X20",
        "strata": [{"stratum": x.stratum, "N": x.N, "n": x.n, "r": x.r, "frame_digest": x.frame_digest} for x in lines],
        "commitment": commit,
        "parts": parts,
        "seed": seed,
        "lists": {name: {"main": list(d.main), "reserve": list(d.reserve)} for name, d in lists.items()},
    }


def test_an_honest_record_holds_with_and_without_its_frame() -> None:
    with_frame = verify(a_record(), FRAME)
    without = verify(a_record())

    assert with_frame.holds
    assert with_frame.strata_checked == ("640104-P", "640104-N")
    assert without.holds
    assert without.strata_checked == ()
    assert without.strata_missing == ("640104-P", "640104-N")


def test_a_county_checks_itself_with_its_own_list_only() -> None:
    found = verify(a_record(), [row for row in FRAME if row[0] == "640104-P"])

    assert found.holds
    assert (found.strata_checked, found.strata_missing) == (("640104-P",), ("640104-N",))


def swap_first_two(record: Record) -> None:
    main = record["lists"]["640104-P"]["main"]
    main[0], main[1] = main[1], main[0]


def put_a_friend_in(record: Record) -> None:
    """The last of the reserve takes the place of the last of the main list."""
    lists = record["lists"]["640104-P"]
    lists["main"][-1], lists["reserve"][-1] = lists["reserve"][-1], lists["main"][-1]


TAMPERED: dict[str, tuple[Callable[[Record], Any], str]] = {
    "other version": (lambda r: r.update(version="HHD2"), "version"),
    "no lists": (lambda r: r.pop("lists"), "lists"),
    "draw of another round": (lambda r: r.update(draw="2017-2-A1"), "draw"),
    "attempt zero": (lambda r: r.update(draw="2017-1-A0"), "draw"),
    "N raised": (lambda r: r["strata"][0].update(N=41), "commitment"),
    "n as text": (lambda r: r["strata"][0].update(n="10"), "strata/0"),
    "n is true": (lambda r: r["strata"][0].update(n=True), "strata/0"),
    "N beyond printing": (lambda r: r["strata"][0].update(N=10**5000), "strata/0"),
    "a stratum twice": (lambda r: r["strata"].append(dict(r["strata"][0])), "strata/2"),
    "another die": (lambda r: r.update(parts=["73920518264409175387"]), "seed"),
    "nineteen digits": (lambda r: r.update(parts=["7392051826440917538"]), "parts"),
    "source renamed": (lambda r: r.update(source="LOTTERY"), "commitment"),
    "another commitment": (lambda r: r.update(commitment="0" * 64), "commitment"),
    "another seed": (lambda r: r.update(seed="0" * 64), "seed"),
    "two swapped": (swap_first_two, "lists/640104-P/2"),
    "one named twice": (
        lambda r: r["lists"]["640104-P"]["main"].__setitem__(1, r["lists"]["640104-P"]["main"][0]),
        "lists/640104-P/2",
    ),
    "a newline after the source": (lambda r: r.update(source="DICE10X20\n"), "source"),
    "a friend put in": (put_a_friend_in, "lists/640104-P/11"),
    "one main less": (lambda r: r["lists"]["640104-P"]["main"].pop(), "lists/640104-P/main"),
    "a list too many": (lambda r: r["lists"].update(X={"main": [], "reserve": []}), "lists"),
    "lower case unit": (lambda r: r["lists"]["640104-P"]["main"].__setitem__(0, "a"), "lists/640104-P/main"),
}


@pytest.mark.parametrize(("tamper", "where"), TAMPERED.values(), ids=TAMPERED.keys())
def test_the_first_difference_is_named(tamper: Callable[[Record], Any], where: str) -> None:
    record = a_record()
    tamper(record)

    found = verify(record, FRAME)

    assert not found.holds
    assert found.differences[0].where == where
    assert where in found.differences[0].zh
    assert where in found.differences[0].en


def test_a_household_replaced_by_one_with_the_next_ticket_is_found_only_with_the_frame() -> None:
    """Every listed ticket is still in order, so the frame is needed to see the missing one."""
    record = a_record()
    lists = record["lists"]["640104-P"]
    order = hhd1.drawn(record["seed"], record["draw"], "640104-P", UNITS["640104-P"], 40)
    lists["reserve"] = [*lists["reserve"][1:], order[30]]

    assert verify(record).holds
    assert verify(record, FRAME).differences[0].where == "lists/640104-P/11"


def test_a_frame_that_lost_a_household_is_named() -> None:
    found = verify(a_record(), FRAME[1:])

    where = [difference.where for difference in found.differences]
    assert where[:2] == ["frame/640104-P", "frame/640104-P/digest"]


def test_a_frame_with_a_household_twice_is_named() -> None:
    assert verify(a_record(), [*FRAME, FRAME[0]]).differences[0].where == "frame/640104-P"


def test_a_frame_of_a_stranger_is_named() -> None:
    found = verify(a_record(), [("640106-P", "640106001201-0001")])

    assert found.differences[0].where == "frame/640106-P"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_any_json_at_all_gets_differences_and_no_exception(value: Any) -> None:
    assert not verify(value, FRAME).holds


@given(st.sampled_from(sorted(a_record())), json_values)
def test_a_field_replaced_by_any_json_never_holds_unless_equal(key: str, value: Any) -> None:
    record = a_record()
    honest = copy.deepcopy(record[key])
    record[key] = value

    found = verify(record, FRAME)

    assert found.holds == (json.dumps(value) == json.dumps(honest))
