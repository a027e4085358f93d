"""One worked example for every indicator that has its facts: households in, counts out, each number by hand.

Where domain §6 has an example it is that one (G1 …); docs/indicators.md prints them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.figures.indicators.counting import POLICIES
from app.figures.indicators.figure import RECORD, CountyCount
from app.figures.indicators.household import Household
from app.figures.indicators.sums import Sum, Sums, add_up
from tests.rooms.indicators.households import (
    PERSONS,
    a_county,
    confirmed,
    exited,
    non_poor,
    satisfied,
    times,
    unexited,
)

G15 = (
    ("640104", 10, (10, 9, 9)), ("640106", 8, (8, 7, 8)), ("640105", 9, (8, 9, 9)),
    ("640121", 10, (8, 6, 9)), ("640122", 10, (9, 9, 10)), ("640181", 7, (7, 6, 7)),
)  # fmt: skip
"""County, poor households completed, satisfied with team, helper and effect."""


@dataclass(frozen=True)
class Golden:
    """What is counted and what comes out: numerator, denominator, rate; of a part where the line has no main figure."""

    name: str
    counties: Sequence[CountyCount]
    numerator: int
    denominator: int
    rate: str
    part: str = ""


def six_counties() -> list[CountyCount]:
    return [
        a_county(satisfied(n, **dict(zip(("team", "helper", "effect"), counts, strict=True))), code=code)
        for code, n, counts in G15
    ]


def one(
    name: str, households: Sequence[Household], x: int, y: int, rate: str, part: str = "", **more: object
) -> Golden:
    return Golden(name, [a_county(households, **more)], x, y, rate, part)


def of_records(name: str, sums: Sums, x: int, y: int, rate: str) -> Golden:
    county = a_county([])
    return Golden(name, [replace(county, sums={**county.sums, RECORD: sums})], x, y, rate)


WRONG = confirmed(exited(exit_judge="bad", exit_gap="house", hh_size="4"))
MISSED = confirmed(non_poor(missed_judge="bad", hh_size="5"))
AT_SITE = exited(resettled="1", living="at_site", live_months="12", resettle_sat="4", resettle_income="3")
AT_ORIGIN = exited(resettled="1", living="origin", live_months="0", resettle_sat="2", resettle_income="2")
SUPPORT = {"inc_social": "600", "inc_project": "600", "inc_total": "2400"}
ENDED = Household("poor", "exited", None, ending="N1", attempts=2, records=2)

GOLDEN: dict[str, Golden] = {
    "I01": Golden("G15", six_counties(), 50, 54, "92.59"),
    "I02": Golden("G15", six_counties(), 46, 54, "85.19"),
    "I03": Golden("G15", six_counties(), 52, 54, "96.30"),
    "I04": one("G10", satisfied(20, way=11), 11, 20, "55.00"),
    "I05": one("G2", satisfied(100, team=81, helper=76, effect=84), 0, 3, "0.00"),
    "I06": one(
        "8/10 + 4/4", [*times(8, exited()), *times(2, exited(recognise="0")), *times(4, non_poor())], 12, 14, "85.71"
    ),
    "I07": one("G1", [*times(134, exited()), *times(4, WRONG)], 4, 138, "2.90"),
    "I08": one("9 × 4 + 1 × 4", [*times(9, exited(hh_size="4")), WRONG], 4, 40, "10.00"),
    "I09": one("9 × 5 + 1 × 5", [*times(9, non_poor(hh_size="5")), MISSED], 5, 50, "10.00"),
    "I10": one(
        "900 + 4/40 × 2,100 + 3/60 × 97,000",
        [
            *times(9, exited(hh_size="4")),
            WRONG,
            *times(19, non_poor(hh_size="3")),
            confirmed(non_poor(missed_judge="bad", hh_size="3")),
        ],
        5960,
        100_000,
        "5.96",
        persons=PERSONS,
    ),
    "I11": one(
        "9 of 10",
        [*times(9, exited()), exited(edu_age_n="2", edu_out_n="1", edu_out_why="work")],
        9,
        10,
        "90.00",
    ),
    "I12": one("G8", [*times(644, exited()), *times(10, exited(med_insured_n="3"))], 644, 654, "98.47"),
    "I13": one("G8", [*times(543, exited()), *times(111, exited(house_grade="d"))], 543, 654, "83.03"),
    "I14": one("9 of 10", [*times(9, exited()), exited(water_ok="0")], 9, 10, "90.00"),
    "I15": one("2 of 3 elders", [exited(pension_age_n="3", pension_n="2"), exited()], 2, 3, "66.67"),
    "I16": one("G5", [*times(5, AT_SITE), *times(5, AT_ORIGIN)], 5, 10, "50.00"),
    "I17": one("3 of 4", [*times(3, AT_SITE), AT_ORIGIN], 3, 4, "75.00"),
    "I18": one("3 of 4", [*times(3, AT_SITE), AT_ORIGIN], 3, 4, "75.00"),
    "I19": one("G6", times(10, exited(**SUPPORT)), 12_000, 24_000, "50.00"),
    "I20": one("G6", [*times(5, exited(main_sources="crop project")), *times(5, exited())], 5, 10, "50.00"),
    "I21": one(
        "G7",
        [*times(9, exited(sat_way="2", measure_fit="0")), *times(6, exited(sat_way="1", measure_fit="1"))],
        9,
        15,
        "60.00",
        "among_unsatisfied",
    ),
    "I22": one("3 of 4", [*times(3, exited()), exited(plan_have="0")], 3, 4, "75.00"),
    "I23": one("3 of 4", [*times(3, exited()), exited(ins_have="unknown")], 3, 4, "75.00"),
    "I24": one("3 of 4", [*times(3, exited()), exited(credit_rated="0")], 3, 4, "75.00", "rated"),
    "I26": of_records("3 of 4 pairs", {"I26": Sum(4, 3, 4, 3, 3, 4)}, 3, 4, "75.00"),
    "I27": one("4 + 3 of 8", [exited(), exited(hb_errors="blank")], 7, 8, "87.50"),
    "I28": one("1 of 4", [*times(3, exited()), exited(hb_errors="income roster")], 1, 4, "25.00"),
    "I33": of_records("2 of 3 look-backs", add_up([{"I33": (1, 1)}, {"I33": (1, 1)}, {"I33": (0, 1)}]), 2, 3, "66.67"),
    "I35": Golden(
        "8 + 5 of 22",
        [a_county(satisfied(12, team=12)), a_county(satisfied(5, team=5), code="640106")],
        13,
        22,
        "59.09",
    ),
    "I36": one(f"2 + 1 of 2 × {POLICIES}", [exited(), exited(policy_known="edu")], 3, 16, "18.75"),
    "I37": of_records("1 of 2 cadres", add_up([{"I37": (1, 1)}, {"I37": (0, 1)}]), 1, 2, "50.00"),
    "I38": one("1 of 4", [*times(3, unexited(exit_willing="1")), unexited(exit_willing="0")], 1, 4, "25.00"),
    "I39": one("2 of 14 first drawn", times(2, ENDED), 2, 14, "14.29"),
    "I40": one("1 of 2 records", [replace(ENDED, doubted=1)], 1, 2, "50.00"),
}
