"""Income by source: sums of whole yuan, shares that add up, and nobody's loss hidden (R60, R61)."""

from hypothesis import given
from hypothesis import strategies as st

from app.figures.indicators.incomes import SOURCES, Told, shares, structure


def told(**yuan: int) -> Told:
    return Told("640104", "exited", {name: yuan.get(name, 0) for name in SOURCES})


def test_golden_g6_half_of_the_income_is_support() -> None:
    found = structure([told(wage=5000, oper=4000, social=1000), told(wage=3000, social=5000, project=6000)])

    assert found.total == 24_000
    assert found.by_class() == {"wage": 8000, "oper": 4000, "prop": 0, "transfer": 12_000}
    assert shares(found.by_class())["transfer"] == "50.00"


def test_a_household_without_income_is_counted_and_left_out() -> None:
    found = structure([told(wage=100), told(), told(oper=-500)])
    assert (found.n, found.left_out, found.total) == (1, 2, 100)


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
