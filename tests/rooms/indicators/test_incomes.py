"""Income by source: sums of whole yuan, shares that add up, and nobody's loss hidden (R60, R61)."""

from hypothesis import given
from hypothesis import strategies as st

from app.figures.indicators.counting import marks_of
from app.figures.indicators.household import Household
from app.figures.indicators.incomes import Structure, shares
from app.figures.indicators.incomes import structure as structure_of_sums
from app.figures.indicators.sums import add_up
from app.figures.indicators.support import SOURCES


def told(status: str = "exited", **yuan: int) -> Household:
    answers = {f"inc_{name}": str(yuan[name]) for name in SOURCES if name in yuan}
    return Household("poor", status, {"contact_result": "completed", **answers})


def structure(households: list[Household], *statuses: str) -> Structure:
    sums = add_up(marks_of(each) for each in households)
    return structure_of_sums(sums, statuses) if statuses else structure_of_sums(sums)


def test_golden_g6_half_of_the_income_is_support() -> None:
    found = structure([told(wage=5000, oper=4000, social=1000), told(wage=3000, social=5000, project=6000)])

    assert found.total == 24_000
    assert found.by_class() == {"wage": 8000, "oper": 4000, "prop": 0, "transfer": 12_000}
    assert shares(found.by_class())["transfer"] == "50.00"


def test_a_household_without_income_is_counted_and_left_out() -> None:
    found = structure([told(wage=100), told(), told(oper=-500)])
    assert (found.n, found.left_out, found.total) == (1, 2, 100)


def test_those_out_of_poverty_stand_apart_and_both_are_the_whole() -> None:
    homes = [told("exited", wage=100), told("unexited", wage=30, social=30), told("unexited"), told("exited", oper=7)]
    exited, unexited, whole = structure(homes, "exited"), structure(homes, "unexited"), structure(homes)

    assert (exited.n, exited.left_out, exited.total) == (2, 0, 107)
    assert (unexited.n, unexited.left_out, unexited.total) == (1, 1, 60)
    assert (whole.n, whole.left_out, whole.total) == (3, 1, 167)


def test_a_household_whose_interview_does_not_count_tells_nothing() -> None:
    assert structure([Household("poor", "exited", None, records=1)]) == structure([])


def test_a_loss_is_said_as_it_is() -> None:
    assert shares({"wage": 300, "oper": -100}) == {"wage": "150.00", "oper": "-50.00"}


def test_nothing_has_no_shares() -> None:
    assert shares({"wage": 0, "oper": 0}) == {}
    assert shares({"wage": -5, "oper": 0}) == {}


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=6).filter(any))
def test_shares_add_up_to_a_hundred_to_the_last_digit(amounts: list[int]) -> None:
    parts = {str(place): amount for place, amount in enumerate(amounts)}
    given_ = shares(parts)
    assert sum(int(text.replace(".", "")) for text in given_.values()) == 10_000
    for name, amount in parts.items():
        assert abs(float(given_[name]) - 100 * amount / sum(amounts)) < 0.01


def test_what_rounding_leaves_goes_to_the_largest_remainder() -> None:
    assert shares({"a": 1, "b": 1, "c": 1}) == {"a": "33.34", "b": "33.33", "c": "33.33"}
    assert shares({"a": 1, "b": 2, "c": 3}) == {"a": "16.67", "b": "33.33", "c": "50.00"}
