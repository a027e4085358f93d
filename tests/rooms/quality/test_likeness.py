"""F07: nearly the same answers at two households; found among all pairs exactly as by comparing each with each."""

import random

import pytest

from app.findings.quality.likeness import AT_ONCE, Likeness, likenesses


def asked(*answers: int, of: int = 40) -> list[int]:
    """Forty questions answered 1, but for the first ones as given."""
    return [*answers, *[1] * (of - len(answers))]


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        pytest.param(asked(), asked(), Likeness(1, 40, 40), id="all alike"),
        pytest.param(asked(), asked(*[2] * 6), Likeness(1, 34, 40), id="85 of a hundred"),
        pytest.param(asked(), asked(*[2] * 7), None, id="one answer more apart"),
        pytest.param(asked(*[0] * 15), asked(), Likeness(1, 25, 25), id="25 shared"),
        pytest.param(asked(*[0] * 16), asked(), None, id="24 shared"),
        pytest.param(asked(*[0] * 10), asked(*[0] * 5, *[2] * 9), Likeness(1, 26, 30), id="only what both were asked"),
    ],
)
def test_where_a_likeness_begins(one: list[int], other: list[int], found: Likeness | None) -> None:
    assert likenesses([one, other], ["a", "b"]).get(0) == found


def test_one_household_is_never_compared_with_itself() -> None:
    """A correction repeats the answers, and so does a household drawn twice."""
    assert likenesses([asked(), asked()], ["a", "a"]) == {}


def test_the_closest_is_named_and_an_equal_one_before_all() -> None:
    near, equal = asked(*[2] * 3), asked(*[2] * 5)
    records = [asked(*[2] * 5), *[near] * 8, asked(), equal]
    found = likenesses(records, [str(place) for place in range(len(records))])

    assert found[0] == Likeness(10, 40, 40)
    assert found[10] == Likeness(0, 40, 40)
    assert found[9].shared == 40
    assert found[9].same == 37


@pytest.mark.parametrize("agreeing", [0.8, 0.9, 0.97])
def test_no_pair_is_overlooked(agreeing: float) -> None:
    """Against all pairs one by one, over more records than stand in one number."""
    rng = random.Random(agreeing)
    few = [[0 if rng.random() < 0.1 else 1 + (rng.random() > agreeing) * rng.randint(1, 3) for _ in range(60)]
           for _ in range(60)]  # fmt: skip
    apart = [[place * 60 + at + 9 for at in range(60)] for place in range(AT_ONCE)]
    records = few[:30] + apart + few[30:]

    found = likenesses(records, [str(place) for place in range(len(records))])

    places = [*range(30), *range(30 + AT_ONCE, len(records))]
    expected: dict[int, list[float]] = {}
    for one in places:
        for other in places:
            pairs = [a == b for a, b in zip(records[one], records[other], strict=True) if a and b]
            if one != other and len(pairs) >= 25 and 100 * sum(pairs) >= 85 * len(pairs):
                expected.setdefault(one, []).append(sum(pairs) / len(pairs))
    assert set(found) == set(expected)
    assert {one for one in found if found[one].is_same} == {one for one in expected if max(expected[one]) == 1}
