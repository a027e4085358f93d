"""How one household counts in each cell: the formula of domain §4, its exclusions, and the border cases."""

from dataclasses import replace

import pytest

from app.figures.indicators.counting import mark_of
from app.figures.indicators.household import Household
from app.figures.indicators.kept import median_of_counts
from app.figures.indicators.marks import Mark
from app.figures.indicators.support import support_share
from tests.rooms.indicators.households import (
    PERSONS,
    a_county,
    city_figure,
    confirmed,
    exited,
    figure,
    non_poor,
    satisfied,
    times,
    unexited,
)

NOT_MET = Household("poor", "exited", None, ending="N1", attempts=2, is_filed_resettled=True, records=2)

CASES: dict[str, tuple[Household, str, Mark]] = {
    "helper unknown stays in": (exited(helper_known="0", sat_helper="4"), "I02", (1, 1)),
    "cannot say is not satisfied": (exited(sat_team="9"), "I01", (0, 1)),
    "cannot say is no opinion": (exited(sat_team="9"), "I01.opinion", "no_opinion"),
    "so-so counted": (exited(sat_team="3"), "I01.neutral", (1, 1)),
    "without cadres": (exited(cadre_present="1"), "I01.alone", "cadre_present"),
    "the way asks exited ones only": (unexited(sat_way="5"), "I04", "not_exited"),
    "nobody interviewed": (NOT_MET, "I01", "not_interviewed"),
    "non-poor has no I01": (non_poor(), "I01", "other_stratum"),
    "cannot say does not recognise": (non_poor(recognise="9"), "I06", (0, 1)),
    "doubt is suspected": (exited(exit_judge="doubt"), "I07.suspected", (1, 1)),
    "doubt is never counted": (confirmed(exited(exit_judge="doubt")), "I07", (0, 1)),
    "bad waits for review": (exited(exit_judge="bad"), "I07", (0, 1)),
    "bad confirmed": (confirmed(exited(exit_judge="bad")), "I07", (1, 1)),
    "confirmed is suspected no longer": (confirmed(exited(exit_judge="bad")), "I07.suspected", (0, 1)),
    "persons of a wrong exit": (confirmed(exited(exit_judge="bad", hh_size="6")), "I08", (6, 6)),
    "missed by persons": (confirmed(non_poor(missed_judge="bad", hh_size="5")), "I09", (5, 5)),
    "missed by households": (confirmed(non_poor(missed_judge="bad")), "I09.households", (1, 1)),
    "no child of school age is assured": (exited(edu_age_n="0", edu_out_n=""), "I11", (1, 1)),
    "and left out of the second": (exited(edu_age_n="0"), "I11.school_age", "no_school_age"),
    "one out of school": (exited(edu_age_n="2", edu_out_n="1", edu_out_why="work"), "I11", (0, 1)),
    "lawfully deferred": (exited(edu_age_n="2", edu_out_n="1", edu_out_why="deferred"), "I11", (1, 1)),
    "deferred and something else": (exited(edu_age_n="2", edu_out_n="2", edu_out_why="deferred work"), "I11", (0, 1)),
    "one not insured": (exited(hh_size="4", med_insured_n="3"), "I12", (0, 1)),
    "insured and not affordable": (exited(med_afford="0"), "I12", (0, 1)),
    "cannot say whether affordable": (exited(med_afford="9"), "I12", (1, 1)),
    "insurance not told": (exited(med_insured_n="", hh_size=""), "I12", (0, 1)),
    "grade b": (exited(house_grade="b", house_defect="crack"), "I13", (1, 1)),
    "grade c": (exited(house_grade="c", house_defect="none"), "I13", (0, 1)),
    "ungraded and whole": (exited(house_grade="u"), "I13", (1, 1)),
    "ungraded with a leak": (exited(house_grade="u", house_defect="leak"), "I13", (0, 1)),
    "ungraded and not felt safe": (exited(house_grade="u", house_feel="0"), "I13", (0, 1)),
    "water worry": (exited(water_ok="0"), "I14", (0, 1)),
    "food is fine all the same": (exited(water_ok="0"), "I14.food", (1, 1)),
    "pensions by persons": (exited(pension_age_n="3", pension_n="2"), "I15", (2, 3)),
    "no elders": (exited(pension_age_n="0"), "I15", "no_elders"),
    "five months": (exited(resettled="1", living="part", live_months="5"), "I16", (1, 1)),
    "six months": (exited(resettled="1", living="part", live_months="6"), "I16", (0, 1)),
    "works away": (exited(resettled="1", living="work_away", live_months="1"), "I16", (0, 1)),
    "let": (exited(resettled="1", living="let", live_months="12"), "I16", (1, 1)),
    "not met is apart": (NOT_MET, "I16", "not_met"),
    "not met beside": (NOT_MET, "I16.with_not_met", (1, 1)),
    "one attempt proves nothing": (replace(NOT_MET, attempts=1), "I16.with_not_met", "not_resettled"),
    "a little up": (exited(resettled="1", resettle_income="2"), "I18", (0, 1)),
    "income of nothing": (exited(inc_total="0"), "I19", "no_income"),
    "income below nothing": (exited(inc_total="-500"), "I19", "no_income"),
    "unexited names project": (unexited(main_sources="project"), "I20", "not_exited"),
    "fit not asked": (exited(measures_got="none", measure_fit=""), "I21", "not_asked"),
    "cannot say whether it fits": (exited(measure_fit="9"), "I21", (0, 1)),
    "need met by one of three": (exited(needs_top="job breeding", measures_got="breeding gift"), "I21.unmet", (0, 1)),
    "got nothing of it": (exited(needs_top="job", measures_got="none"), "I21.unmet", (1, 1)),
    "needs nothing": (exited(needs_top="none", measures_got="gift"), "I21.unmet", "no_need"),
    "training n/a without labour": (exited(labour_n="0", train_got="none"), "I22", (1, 1)),
    "training lacks": (exited(train_got="none"), "I22", (0, 1)),
    "loan wanted and not got": (exited(loan_want="1", loan_got="0"), "I22", (0, 1)),
    "loan not wanted": (exited(loan_want="9"), "I22.loan", "no_loan_wanted"),
    "lacks the plan": (exited(plan_have="0"), "I22", (0, 1)),
    "non-borrower": (exited(), "I23.borrower", "no_loan"),
    "borrower without": (exited(loan_want="1", loan_got="1"), "I23.borrower", (0, 1)),
    "insured by nothing": (exited(ins_have="unknown"), "I23", (0, 1)),
    "loan coverage": (exited(loan_want="1", loan_got="1"), "I24.loan", (1, 1)),
    "three of four papers": (exited(hb_errors="blank"), "I27", (3, 4)),
    "no handbook": (exited(hb_seen="none", hb_errors=""), "I27", (1, 4)),
    "unexited signs no exit": (unexited(exit_signed=""), "I27", (3, 3)),
    "handbook wrong": (exited(hb_errors="income roster"), "I28", (1, 1)),
    "handbook with the cadre": (exited(hb_seen="with_cadre"), "I28", "handbook_not_seen"),
    "two of eight": (exited(), "I36", (2, 8)),
    "none of them": (exited(policy_known="none"), "I36", (0, 8)),
    "unwilling": (unexited(exit_willing="0"), "I38", (1, 1)),
    "exited is not asked": (exited(exit_willing="0"), "I38", "not_unexited"),
    "a reserve is not first drawn": (replace(NOT_MET, is_first_drawn=False), "I39", "not_ended"),
    "refused": (replace(NOT_MET, ending="N2"), "I39.N2", (1, 1)),
    "two records, one in grave doubt": (replace(NOT_MET, doubted=1), "I40", (1, 2)),
}


@pytest.mark.parametrize("case", CASES)
def test_each_line_of_the_scheme_at_its_borders(case: str) -> None:
    household, cell, expected = CASES[case]

    assert mark_of(household, cell) == expected


def test_poor_and_non_poor_are_never_silently_mixed() -> None:
    households = [*times(8, exited()), *times(2, exited(recognise="0")), *times(4, non_poor())]

    both = figure(households, "I06")
    apart = {each.part: (each.numerator, each.denominator, each.stratum) for each in both.parts}

    assert (both.numerator, both.denominator, both.stratum, both.notes) == (12, 14, "all", ("mixed",))
    assert apart == {"poor": (8, 10, "poor"), "non_poor": (4, 4, "non_poor")}
    assert both.weighted is not None
    assert both.weighted.rate == "99.42"  # 640 × 8/10 + 21,500 × 4/4 of 22,140
    assert both.evidence == "undecided"


def test_persons_are_spread_over_households_not_over_persons() -> None:
    """Two large households against eighteen small ones: forty persons are not forty answers."""
    households = [*times(2, confirmed(exited(exit_judge="bad", hh_size="11"))), *times(18, exited(hh_size="1"))]

    found = figure(households, "I08")

    assert (found.numerator, found.denominator, found.households, found.model) == (22, 40, 20, "spread")
    assert float(found.high or 0) - float(found.low or 0) > 35  # forty independent persons would give 30 points
    assert found.official == "missed"
    assert found.evidence is None


@pytest.mark.parametrize(
    ("wrong", "official", "evidence"),
    [(0, "met", "undecided"), (1, "met", "undecided"), (2, "missed", "undecided"), (8, "missed", "not_met")],
)
def test_below_two_per_cent_is_decided_in_whole_households(wrong: int, official: str, evidence: str) -> None:
    """Two of one hundred are 2.00 %, which is not below 2 %."""
    households = [*times(100 - wrong, exited()), *times(wrong, confirmed(exited(exit_judge="bad")))]

    found = figure(households, "I07", frame={"exited": 20_000})

    assert (found.official, found.evidence) == (official, evidence)


def test_a_whole_small_frame_without_a_wrong_exit_proves_it() -> None:
    assert figure(times(30, exited()), "I07", frame={"exited": 30}).evidence == "met"


def test_one_household_without_safe_water_proves_that_not_all_have_it() -> None:
    found = figure([*times(9, exited()), exited(water_ok="0")], "I14")

    assert (found.rate, found.official, found.evidence) == ("90.00", "missed", "not_met")


def test_the_median_of_the_shares_is_that_of_households() -> None:
    shares = [support_share(exited(inc_social=str(s), inc_project="0", inc_total="3000")) for s in (1, 1000, 3000)]

    assert shares == [3, 3333, 10_000]
    assert median_of_counts([(each, 1) for each in shares if each is not None]) == (3333, 3)
    assert median_of_counts([(1, 1), (2, 1)]) == (2, 2)
    assert median_of_counts([(5, 3), (9, 2)]) == (5, 5)
    assert median_of_counts([]) is None


def test_the_comprehensive_rate_projects_persons_and_needs_all_three_classes() -> None:
    """900 + 4/40 × 2,100 + 3/60 × 97,000 of 100,000."""
    households = [
        *times(9, exited(hh_size="4")),
        confirmed(exited(exit_judge="bad", hh_size="4")),
        *times(19, non_poor(hh_size="3")),
        confirmed(non_poor(missed_judge="bad", hh_size="3")),
    ]

    found = figure(households, "I10", persons=PERSONS)

    assert (found.numerator, found.denominator, found.rate, found.official) == (5960, 100_000, "5.96", "missed")
    assert figure(households, "I10").notes == ("needs_population",)
    assert figure(households, "I10").rate is None


def test_more_households_in_one_county_make_up_for_none_elsewhere() -> None:
    counties = [a_county(satisfied(12, team=12)), a_county(satisfied(5, team=5), code="640106")]

    assert (city_figure(counties, "I35").numerator, city_figure(counties, "I35").denominator) == (13, 22)


def test_five_coverages_are_never_averaged() -> None:
    found = figure(times(3, exited()), "I24")

    assert (found.rate, found.numerator, found.denominator) == (None, 0, 0)
    assert {each.part: each.rate for each in found.parts} == {"rated": "100.00", "loan": None, "insured": "100.00"}
