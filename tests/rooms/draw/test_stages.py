"""Villages first, households second: the published vector, exact chances by counting every start, and refusals."""

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.methods.draw import rules as hhd1
from app.methods.draw import stages

TV4 = json.loads((Path(__file__).parents[2] / "oracle" / "draw_vectors.json").read_text("utf-8"))["TV4"]
SEED = TV4["seed"]


def test_tv4_start_villages_and_their_households_are_as_published() -> None:
    picked = stages.pick_villages(SEED, TV4["draw"], TV4["stratum"], TV4["villages"], TV4["m"])

    assert picked.start == TV4["start"]
    assert [[hit.village, hit.hits] for hit in picked.villages] == TV4["picked"]
    for village, households in TV4["households"].items():
        units = [f"{village}-{number:04}" for number in range(1, TV4["villages"][village] + 1)]
        stratum = stages.household_stratum(TV4["stratum"], village)
        assert hhd1.drawn(SEED, TV4["draw"], stratum, units, 2) == households


def test_over_all_starts_every_village_is_hit_exactly_in_proportion_to_its_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes = {"A": 7, "B": 3, "C": 25, "D": 4, "E": 1}
    m, total = 3, 40
    hits: Counter[str] = Counter()
    for start in range(total):
        monkeypatch.setattr(stages, "start", lambda *_, at=start: at)
        picked = stages.pick_villages(SEED, "R-A1", "640104-P", sizes, m)
        assert sum(hit.hits for hit in picked.villages) == m
        hits.update({hit.village: hit.hits for hit in picked.villages})

    assert {name: Fraction(count, total) for name, count in hits.items()} == {
        name: Fraction(m * size, total) for name, size in sizes.items()
    }
    assert stages.most_hits(25, total, m) == 2


@given(
    sizes=st.dictionaries(st.text("ABCDEF123", min_size=1, max_size=6), st.integers(1, 90), min_size=5, max_size=20),
    m=st.integers(1, 12),
    text=st.text("0123456789abcdef", min_size=64, max_size=64),
)
@settings(max_examples=200, deadline=None)
def test_m_hits_fall_whatever_the_seed_and_no_village_takes_more_than_it_may(
    sizes: dict[str, int], m: int, text: str
) -> None:
    total = sum(sizes.values())
    if total < m:
        return
    picked = stages.pick_villages(text, "R-A1", "640104-P", sizes, m)
    backwards = stages.pick_villages(text, "R-A1", "640104-P", dict(reversed(sizes.items())), m)

    assert picked == backwards
    assert sum(hit.hits for hit in picked.villages) == m
    assert 0 <= picked.start < total
    for hit in picked.villages:
        assert m * hit.size // total <= hit.hits <= stages.most_hits(hit.size, total, m)


def test_small_villages_are_put_together_before_the_draw() -> None:
    groups = stages.merged({"01": 1, "02": 1, "03": 5, "04": 1}, 2)

    assert groups == {"01": ("01", "02"), "03": ("03", "04")}
    assert stages.merged({"01": 1}, 2) == {"01": ("01",)}


def test_five_villages_of_two_are_sound_and_two_of_five_are_not() -> None:
    assert stages.is_sound(5, 2)
    assert not stages.is_sound(2, 5)


@pytest.mark.parametrize("rows", [{}, [1], [{"stratum": "X"}], [{"stratum": "X", "m": 0, "b": 1, "M": 1, "start": 0,
                                   "picked": []}], [{"stratum": "X", "m": 5, "b": 1, "M": 9, "start": 0,
                                   "picked": [["a b", 1, 1]]}]])  # fmt: skip
def test_a_malformed_first_stage_is_named(rows: object) -> None:
    with pytest.raises(ValueError, match="stages"):
        stages.read_stages(rows)
