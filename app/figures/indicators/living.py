"""How one household lives: guarantees, and where it lives since it was resettled (I11–I18). Pure."""

from app.figures.indicators.household import Household
from app.figures.indicators.marks import Mark, share
from app.findings.quality.field import AWAY, Residence, residence_of

GUARANTEED_GRADES = frozenset({"a", "b"})
UNSAFE = frozenset({"crack", "leak", "tilt", "earth", "unlived"})


def schooling(each: Household) -> Mark:
    is_in_school = not each.number("edu_age_n") or not each.number("edu_out_n")
    return share(is_in_school or each.many("edu_out_why") == {"deferred"})


def schooling_where_due(each: Household) -> Mark:
    return schooling(each) if each.number("edu_age_n") else "no_school_age"


def medical(each: Household) -> Mark:
    is_insured = each.number("med_insured_n") is not None and each.number("med_insured_n") == each.number("hh_size")
    return share(is_insured and each.text("med_afford") != "0")


def housing(each: Household) -> Mark:
    grade = each.text("house_grade")
    if grade == "u":
        return share(not each.many("house_defect") & UNSAFE and each.text("house_feel") != "0")
    return share(grade in GUARANTEED_GRADES)


def no_worry(each: Household) -> Mark:
    return share(all(each.text(question) == "1" for question in ("food_ok", "cloth_ok", "water_ok")))


def pensions(each: Household) -> Mark:
    elders = each.number("pension_age_n")
    return (each.number("pension_n") or 0, elders) if elders else "no_elders"


# --- resettlement ---


def _residence(each: Household) -> Residence | None:
    return residence_of(each.answers or {}, each.attempts, is_resettled=each.is_filed_resettled)


def away(each: Household) -> Mark:
    where = _residence(each)
    if where is None:
        return "not_resettled"
    return "not_met" if where is Residence.NOT_MET else share(where in AWAY)


def away_or_not_met(each: Household) -> Mark:
    where = _residence(each)
    return "not_resettled" if where is None else share(where is not Residence.SITE)


def resettled_not_met(each: Household) -> Mark:
    where = _residence(each)
    return "not_resettled" if where is None else share(where is Residence.NOT_MET)


def income_up(each: Household) -> Mark:
    return share(each.text("resettle_income") == "3")
