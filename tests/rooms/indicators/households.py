"""Households for the figures, as typed facts: ordinary ones, changed where a test says so."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from app.figures.indicators.assemble import Figures
from app.figures.indicators.counting import marks_of
from app.figures.indicators.figure import CountyCount, IndicatorFigure, Persons
from app.figures.indicators.household import Household
from app.figures.indicators.sums import add_up

ORDINARY = {
    "contact_result": "completed", "cadre_present": "0", "hh_size": "4", "labour_n": "2", "status": "exited",
    "exit_signed": "1", "exit_judge": "ok", "resettled": "0", "food_ok": "1", "cloth_ok": "1", "water_ok": "1",
    "edu_age_n": "0", "med_insured_n": "4", "med_afford": "1", "house_grade": "a", "house_defect": "none",
    "house_feel": "1", "pension_age_n": "0", "inc_social": "2000", "inc_project": "2000", "inc_total": "20000",
    "main_sources": "crop", "hb_seen": "yes", "hb_errors": "none", "measures_got": "breeding", "needs_top": "breeding",
    "measure_fit": "1", "plan_have": "1", "train_got": "labour", "credit_rated": "1", "loan_want": "0",
    "ins_have": "accident illness", "policy_known": "edu health", "sat_team": "4", "sat_helper": "5", "sat_effect": "4",
    "sat_way": "4", "recognise": "1",
}  # fmt: skip
NON_POOR = {"contact_result": "completed", "hh_size": "3", "recognise": "1", "missed_judge": "ok"}


def exited(**answers: str) -> Household:
    """A household out of poverty with nothing wrong, but for these answers (blank: not asked)."""
    return Household("poor", "exited", _with(ORDINARY, answers), records=1)


def unexited(**answers: str) -> Household:
    return Household("poor", "unexited", _with({**ORDINARY, "status": "unexited"}, answers), records=1)


def non_poor(**answers: str) -> Household:
    return Household("non_poor", "non_poor", _with(NON_POOR, answers), records=1)


def confirmed(household: Household) -> Household:
    """The same after a second person confirmed the judgement."""
    return replace(household, is_confirmed=True)


def _with(ordinary: dict[str, str], answers: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in {**ordinary, **answers}.items() if text}


def times(count: int, household: Household) -> list[Household]:
    return [household] * count


def satisfied(n: int, **yes: int) -> list[Household]:
    """n exited households of which so many are satisfied with each item (4), the others not (2)."""
    return [
        exited(**{f"sat_{item}": "4" if number < count else "2" for item, count in yes.items()}) for number in range(n)
    ]


def a_county(households: Iterable[Household], *, code: str = "640104", **more: Any) -> CountyCount:
    """What a county brings with these households, drawn from 640 poor (400 exited) and 21,500 non-poor ones."""
    told = list(households)
    settings: dict[str, Any] = {
        "frame": {"poor": 640, "exited": 400, "unexited": 240, "non_poor": 21_500},
        "drawn": {"poor": 10, "non_poor": 4},
        "fewest": {"poor": 8, "non_poor": 3},
        "persons": None,
    }
    return CountyCount(
        code=code,
        name_zh="兴庆区",
        name_en="Xingqing",
        sums={
            kind: add_up(marks_of(each) for each in told if each.kind == kind) for kind in ("poor", "non_poor")
        },
        **{**settings, **more},
    )  # fmt: skip


def figure(households: Iterable[Household], code: str, part: str = "", **more: Any) -> IndicatorFigure:
    """One figure of one county."""
    return pick(Figures([a_county(households, **more)], [code])[code], part)


def city_figure(counties: Sequence[CountyCount], code: str, part: str = "") -> IndicatorFigure:
    return pick(Figures(counties, [code])[code], part)


def pick(main: IndicatorFigure, part: str) -> IndicatorFigure:
    return next(each for each in main.parts if each.part == part) if part else main


PERSONS = Persons(unexited=900, exited=2_100, non_filed=97_000)
