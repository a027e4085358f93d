"""What one household earns and what help reached it (I19–I24, income by source). Pure."""

from collections.abc import Mapping

from app.figures.indicators.household import Household
from app.figures.indicators.marks import Mark, Rule, any_of, share, yes

INDUSTRY = frozenset({"planting", "breeding", "asset_income"})
INSURANCES = frozenset({"accident", "illness", "borrower", "farm"})
STATUSES = ("exited", "unexited")


def support(*sources: str) -> Rule:
    def rule(each: Household) -> Mark:
        total = each.number("inc_total")
        if total is None or total <= 0:
            return "no_income"
        return sum(each.number(source) or 0 for source in sources), total

    return rule


def support_share(each: Household) -> int | None:
    """Government support in the household's income, in hundredths of a per cent, half up: for the median."""
    mark = support("inc_social", "inc_project")(each)
    return None if isinstance(mark, str) else (20_000 * mark[0] + mark[1]) // (2 * mark[1])


SOURCES = ("wage", "oper", "prop", "social", "project", "family")
"""Where income comes from, in whole yuan (R60, R61)."""


def _sources(each: Household) -> int:
    return sum(each.number(f"inc_{source}") or 0 for source in SOURCES)


def income_of(status: str, source: str) -> Rule:
    """Yuan of one source, of households that told any income above nothing."""

    def rule(each: Household) -> Mark:
        if each.status != status:
            return f"not_{status}"
        return (each.number(f"inc_{source}") or 0, 1) if _sources(each) > 0 else "no_income"

    return rule


def without_income(status: str) -> Rule:
    return lambda each: (1, 1) if each.status == status and _sources(each) <= 0 else "other_stratum"


insured = any_of("ins_have", *INSURANCES)


def not_fitting(each: Household) -> Mark:
    return share(each.text("measure_fit") == "0") if each.text("measure_fit") else "not_asked"


def need_unmet(each: Household) -> Mark:
    needs, got = each.many("needs_top"), each.many("measures_got")
    if not needs or not got:
        return "not_asked"
    return "no_need" if "none" in needs else share(not needs & got)


def not_fitting_unsatisfied(each: Household) -> Mark:
    return share(each.text("measure_fit") == "0") if each.text("sat_way") in ("1", "2") else "satisfied"


def training(each: Household) -> Mark:
    return share(each.text("train_got") not in ("", "none")) if each.number("labour_n") else "no_labour"


def loan(each: Household) -> Mark:
    return share(each.text("loan_got") == "1") if each.text("loan_want") == "1" else "no_loan_wanted"


def borrower_insured(each: Household) -> Mark:
    return share("borrower" in each.many("ins_have")) if each.text("loan_got") == "1" else "no_loan"


FIVE: Mapping[str, Rule] = {
    "I22.industry": any_of("measures_got", *INDUSTRY),
    "I22.training": training,
    "I22.loan": loan,
    "I22.plan": yes("plan_have"),
    "I22.insurance": insured,
}


def five(each: Household) -> Mark:
    marks = [rule(each) for rule in FIVE.values()]
    return share(all(mark[0] for mark in marks if not isinstance(mark, str)))
