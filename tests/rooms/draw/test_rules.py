"""HHD1 against the published vectors, and against everything it must refuse."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.methods.draw import rules as hhd1

VECTORS = json.loads((Path(__file__).parents[2] / "oracle" / "draw_vectors.json").read_text("utf-8"))
TV2 = VECTORS["TV2"]
POOR = [f"C01V{v:02}-{i:04}" for v in range(1, 6) for i in range(1, 9)]
NON_POOR = [f"C01V{v:02}-{i:04}" for v in range(1, 6) for i in range(101, 125)]


def lines_of_tv2() -> list[hhd1.StratumLine]:
    return [
        hhd1.StratumLine("C01-P", 40, 10, 20, hhd1.frame_digest(TV2["draw"], "C01-P", POOR)),
        hhd1.StratumLine("C01-N", 120, 4, 8, hhd1.frame_digest(TV2["draw"], "C01-N", NON_POOR)),
    ]


def test_tv1_a_ticket_is_the_sha256_of_one_line_of_text() -> None:
    vector = VECTORS["TV1"]

    ticket = hhd1.ticket(vector["seed"], vector["draw"], vector["stratum"], vector["unit"])

    assert ticket == vector["ticket"] == hashlib.sha256(vector["message"].encode()).hexdigest()


def test_tv2_frames_commitment_seed_and_both_lists_are_as_published() -> None:
    poor, non_poor = lines_of_tv2()
    assert poor.frame_digest == TV2["poor"]["frame"]
    assert non_poor.frame_digest == TV2["nonpoor"]["frame"]

    commit = hhd1.commitment(TV2["draw"], TV2["source"], [poor, non_poor])
    seed = hhd1.seed(commit, TV2["draw"], TV2["parts"])
    assert (commit, seed) == (TV2["commit"], TV2["seed"])

    for line, units, name in ((poor, POOR, "poor"), (non_poor, NON_POOR, "nonpoor")):
        lists = hhd1.draw_list(seed, TV2["draw"], line, units)
        assert list(lists.main) == TV2[f"main_{name}"]
        assert list(lists.reserve) == TV2[f"reserve_{name}"]


def test_the_order_of_frame_and_strata_changes_nothing() -> None:
    poor, non_poor = lines_of_tv2()

    assert hhd1.frame_digest(TV2["draw"], "C01-P", reversed(POOR)) == poor.frame_digest
    assert hhd1.commitment(TV2["draw"], TV2["source"], [non_poor, poor]) == TV2["commit"]
    assert hhd1.drawn(TV2["seed"], TV2["draw"], "C01-P", reversed(POOR), 10) == TV2["main_poor"]


def test_tv3_several_parts_enter_in_the_announced_order() -> None:
    vector = VECTORS["TV3"]

    seed = hhd1.seed(vector["commit"], vector["draw"], vector["parts"])

    assert seed == vector["seed"]
    assert hhd1.drawn(seed, vector["draw"], "C01-P", POOR, 5) == vector["first5"]
    assert hhd1.seed(vector["commit"], vector["draw"], vector["parts"][::-1]) != seed


def test_tv5_a_second_round_draws_fresh_and_panel_apart() -> None:
    vector, panel = VECTORS["TV5"], TV2["main_poor"]
    fresh = [unit for unit in POOR if unit not in panel]  # the panel keeps everyone in reserve: r = 7
    draw = vector["draw"]
    lines = [
        hhd1.StratumLine(name, len(units), n, r, hhd1.frame_digest(draw, name, units))
        for name, units, n, r in (("C01-P.FRESH", fresh, 7, 14), ("C01-P.PANEL", panel, 3, 7))
    ]

    commit = hhd1.commitment(draw, "DICE10X20", lines)
    assert commit == vector["commit"]
    seed = hhd1.seed(commit, draw, ["00000000000000000001"])
    assert seed == vector["seed"]
    assert hhd1.drawn(seed, draw, "C01-P.FRESH", fresh, 7) == vector["fresh"]
    assert hhd1.drawn(seed, draw, "C01-P.PANEL", panel, 3) == vector["panel"]


REFUSED = {
    "unit with lower case: c01v01-0001": "c01v01-0001",
    "unit with space": "C01 V01-0001",
    "unit with |": "C01|V01-0001",
    "unit with non-ASCII": "C01V01-000１",
    "empty unit": "",
    "65 characters": "A" * 65,
    "trailing newline": "C01V01-0001\n",
}


def test_every_published_refusal_has_a_case_here() -> None:
    assert set(VECTORS["_must_reject"]) == {*REFUSED, "duplicate unit in one stratum"}


@pytest.mark.parametrize("unit", REFUSED.values(), ids=REFUSED.keys())
def test_a_unit_outside_the_alphabet_is_refused_everywhere(unit: str) -> None:
    for attempt in (
        lambda: hhd1.frame_digest("R-A1", "C01-P", ["A", unit]),
        lambda: hhd1.ticket("0" * 64, "R-A1", "C01-P", unit),
        lambda: hhd1.drawn("0" * 64, "R-A1", "C01-P", ["A", unit], 1),
        lambda: hhd1.ticket("0" * 64, unit, "C01-P", "A"),
        lambda: hhd1.ticket("0" * 64, "R-A1", unit, "A"),
        lambda: hhd1.seed("0" * 64, "R-A1", [unit]),
        lambda: hhd1.commitment(unit, "DICE10X20", []),
        lambda: hhd1.commitment("R-A1", unit, []),
    ):
        with pytest.raises(hhd1.RefusedInput):
            attempt()


def test_a_duplicate_in_one_stratum_is_refused() -> None:
    with pytest.raises(hhd1.RefusedInput):
        hhd1.frame_digest("R-A1", "C01-P", ["A", "B", "A"])
    with pytest.raises(hhd1.RefusedInput):
        hhd1.drawn("0" * 64, "R-A1", "C01-P", ["A", "B", "A"], 3)


def test_sixty_four_characters_are_allowed() -> None:
    assert hhd1.check_field("Z" * 64) == "Z" * 64


@pytest.mark.parametrize(
    ("source", "parts", "fits"),
    [
        ("DICE10X20", ["73920518264409175386"], True),
        ("DICE10X20", ["7392051826440917538"], False),
        ("DICE10X20", ["739205182644091753861"], False),
        ("DICE10X20", ["7392051826440917538A"], False),
        ("DICE10X20", ["7392051826440917538６"], False),
        ("DICE10X20", ["73920518264409175386", "73920518264409175386"], False),
        ("DICE6X26", ["41263554126635124461532416"], True),
        ("DICE6X26", ["41263554126635124461532417"], False),
        ("DICE6X26", ["41263554126635124461532410"], False),
        ("DICE6X26", ["4126355412663512446153241"], False),
        ("LOTTERY", ["03.07.11.22.26.31-09", "A9F3C0"], True),
        ("LOTTERY", ["03 07"], False),
        ("LOTTERY", [], False),
    ],
)
def test_seed_parts_must_fit_the_announced_source(source: str, parts: list[str], fits: bool) -> None:
    if fits:
        assert hhd1.check_parts(source, parts) == tuple(parts)
    else:
        with pytest.raises(hhd1.RefusedInput):
            hhd1.check_parts(source, parts)


@pytest.mark.parametrize(("units", "main", "reserve"), [(40, 10, 20), (15, 10, 5), (10, 10, 0), (30, 10, 20)])
def test_the_reserve_is_twice_the_main_list_or_what_is_left(units: int, main: int, reserve: int) -> None:
    assert hhd1.reserve_size(units, main) == reserve


names = st.from_regex(r"[0-9A-Z._-]{1,12}", fullmatch=True)


@given(st.sets(names, min_size=1, max_size=60), st.integers(1, 60))
def test_drawing_more_later_never_changes_the_order(units: set[str], count: int) -> None:
    every = hhd1.drawn("ab" * 32, "R-A1", "S", units, len(units))

    assert sorted(every) == sorted(units)
    assert hhd1.drawn("ab" * 32, "R-A1", "S", units, count) == every[:count]
