"""Where a seed may come from: counted outcomes, the way parts are written, and parties who pledge before they open."""

import pytest

from app.methods.draw import rules as hhd1
from app.methods.draw.sources import bits_of, check_source, pledge, pledge_fault

SSQ, DLT = "03.07.11.22.26.31-09", "01.02.03.34.35-11.12"
KL8 = ".".join(f"{ball:02}" for ball in range(1, 40, 2))


@pytest.mark.parametrize(
    ("source", "bits"),
    [
        ("DICE10X20", 66),
        ("DICE6X26", 67),
        ("FC3D-2017150", 9),
        ("PL5-17150", 16),
        ("SSQ-2017054", 24),
        ("SSQ-2017054.DLT-2017053", 48),
        ("KL8-2026301", 61),
        ("SSQ-2017054.DICE10X5", 40),
        ("PARTY3", 64),
        ("PARTY3.PARTY2", 64),
        ("LOTTERY", None),
        ("DICE20X10", None),
        ("SSQ", None),
        ("", None),
    ],
)
def test_a_source_is_worth_its_outcomes(source: str, bits: int | None) -> None:
    assert bits_of(source) == bits


@pytest.mark.parametrize("source", ["FC3D-2017150", "SSQ-2017054", "PL3-1.PL5-1", "DICE10X12", "DICE6X15"])
def test_a_source_below_forty_bits_is_refused_with_the_reason(source: str) -> None:
    with pytest.raises(hhd1.RefusedInput) as refused:
        check_source(source)
    assert "少于 40" in refused.value.zh
    assert "fewer than 40" in refused.value.en


def test_a_source_nobody_can_count_is_refused() -> None:
    with pytest.raises(hhd1.RefusedInput, match="unknown"):
        check_source("LOTTERY")


@pytest.mark.parametrize(
    ("source", "parts", "fits"),
    [
        ("SSQ-2017054.DICE10X5", [SSQ, "73920"], True),
        ("SSQ-2017054.DICE10X5", ["73920", SSQ], False),
        ("SSQ-2017054.DLT-2017053", [SSQ, DLT], True),
        ("SSQ-1", ["07.03.11.22.26.31-09"], False),
        ("SSQ-1", ["03.07.11.22.26.34-09"], False),
        ("SSQ-1", ["03.07.11.22.26.31-17"], False),
        ("SSQ-1", ["03.03.11.22.26.31-09"], False),
        ("KL8-1", [KL8], True),
        ("KL8-1", [KL8[:-3]], False),
        ("PARTY2", ["0123456789ABCDEF", "73920518264409175386"], True),
        ("PARTY2", ["0123456789ABCDEF", "41263554126635124461532416"], True),
        ("PARTY2", ["0123456789abcdef", "73920518264409175386"], False),
        ("PARTY2", ["0123456789ABCDEF"], False),
    ],
)
def test_the_parts_are_those_that_the_source_announces(source: str, parts: list[str], fits: bool) -> None:
    if fits:
        assert hhd1.check_parts(source, parts) == tuple(parts)
    else:
        with pytest.raises(hhd1.RefusedInput):
            hhd1.check_parts(source, parts)


def test_a_party_opens_what_it_pledged_or_dice_take_its_place() -> None:
    values = ["0123456789ABCDEF", "FEDCBA9876543210"]
    pledges = [pledge("R-A1", place, value) for place, value in enumerate(values, start=1)]

    assert pledge_fault("R-A1", "PARTY2", values, pledges) is None
    assert pledge_fault("R-A1", "PARTY2", [values[0], "73920518264409175386"], pledges) is None
    assert pledge_fault("R-A1", "PARTY2", [values[0], "FEDCBA9876543211"], pledges) == 2
    assert pledge_fault("R-A1", "PARTY2", values[::-1], pledges) == 1
    assert pledge_fault("R-A2", "PARTY2", values, pledges) == 1
    assert pledge_fault("R-A1", "PARTY2", values, []) == 1
