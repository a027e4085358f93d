"""How one household counts: for every cell of the scheme a pair (x, y) that is added up, or why it is left out. Pure.

A cell is an indicator's code, with a dot and a name for its second figures. Rates are Σx ÷ Σy, decided on these whole
numbers. Every rule is one line of domain §4 (how a family lives in living.py, income and help in support.py); what
cannot be answered from the record is left out with its reason, and never guessed.
"""

from collections.abc import Callable, Mapping

from app.figures.indicators.household import Household
from app.figures.indicators.living import (
    away,
    away_or_not_met,
    housing,
    income_up,
    medical,
    no_worry,
    pensions,
    resettled_not_met,
    schooling,
    schooling_where_due,
)
from app.figures.indicators.marks import Mark, Pair, Rule, any_of, share, yes
from app.figures.indicators.rules import YC2017
from app.figures.indicators.support import (
    FIVE,
    SOURCES,
    STATUSES,
    borrower_insured,
    five,
    income_of,
    insured,
    loan,
    need_unmet,
    not_fitting,
    not_fitting_unsatisfied,
    support,
    without_income,
)

SATISFIED = frozenset(str(code) for code in YC2017.satisfied)
NEUTRAL, DONT_KNOW = str(YC2017.neutral), str(YC2017.dont_know)
POLICIES = 8


# --- satisfaction ---


def _satisfied(question: str) -> Rule:
    return lambda each: share(each.text(question) in SATISFIED)


def _with_opinion(question: str) -> Rule:
    def rule(each: Household) -> Mark:
        return "no_opinion" if each.text(question) == DONT_KNOW else share(each.text(question) in SATISFIED)

    return rule


def _with_neutral(question: str) -> Rule:
    return lambda each: share(each.text(question) in SATISFIED or each.text(question) == NEUTRAL)


def _alone(question: str) -> Rule:
    def rule(each: Household) -> Mark:
        return "cadre_present" if each.text("cadre_present") == "1" else share(each.text(question) in SATISFIED)

    return rule


def exited(rule: Rule) -> Rule:
    """Only households out of poverty in the frame."""
    return lambda each: rule(each) if each.status == "exited" else "not_exited"


def resettled(rule: Rule) -> Rule:
    """Only households that were resettled."""
    return lambda each: rule(each) if each.text("resettled") == "1" else "not_resettled"


def _item(code: str, question: str, only: Callable[[Rule], Rule] = lambda rule: rule) -> dict[str, Rule]:
    return {
        code: only(_satisfied(question)),
        f"{code}.opinion": only(_with_opinion(question)),
        f"{code}.neutral": only(_with_neutral(question)),
        f"{code}.alone": only(_alone(question)),
    }


# --- exits and missed households ---


def _recognised(each: Household) -> Mark:
    return share(each.text("recognise") == "1")


def _confirmed(judgement: str) -> Rule:
    return lambda each: share(_is_confirmed(each, judgement))


def _suspected(judgement: str) -> Rule:
    return lambda each: share(_is_suspected(each, judgement))


def _wrong_exit_house(each: Household) -> Mark:
    return share("house" in each.many("exit_gap")) if _is_confirmed(each, "exit_judge") else "not_confirmed"


def _is_confirmed(each: Household, judgement: str) -> bool:
    return each.text(judgement) == "bad" and each.is_confirmed


def _is_suspected(each: Household, judgement: str) -> bool:
    return each.text(judgement) in ("bad", "doubt") and not _is_confirmed(each, judgement)


def _persons(judgement: str) -> Rule:
    def rule(each: Household) -> Mark:
        size = each.number("hh_size")
        if size is None:
            return "not_asked"
        return (size if _is_confirmed(each, judgement) else 0), size

    return rule


def _unwilling(each: Household) -> Mark:
    return share(each.text("exit_willing") == "0") if each.status == "unexited" else "not_unexited"


# --- papers ---


def _papers(each: Household) -> Mark:
    """Handbook at home, without blanks, signed; the exit signed by the family: what applies, and what is there."""
    errors, is_seen = each.many("hb_errors"), each.text("hb_seen") == "yes"
    there = [is_seen, is_seen and "blank" not in errors, is_seen and "unsigned" not in errors]
    if each.status == "exited":
        there.append(each.text("exit_signed") == "1")
    return sum(there), len(there)


def _papers_whole(each: Household) -> Mark:
    mark = _papers(each)
    return mark if isinstance(mark, str) else share(mark[0] == mark[1])


def _handbook_faulty(each: Household) -> Mark:
    return share(bool(each.many("hb_errors") - {"none"})) if each.text("hb_seen") == "yes" else "handbook_not_seen"


def _policies(each: Household) -> Mark:
    return len(each.many("policy_known") - {"none"}), POLICIES


POOR: Mapping[str, Rule] = {
    **_item("I01", "sat_team"),
    **_item("I02", "sat_helper"),
    **_item("I03", "sat_effect"),
    **_item("I04", "sat_way", exited),
    "I06": _recognised,
    "I07": exited(_confirmed("exit_judge")),
    "I07.suspected": exited(_suspected("exit_judge")),
    "I07.house": exited(_wrong_exit_house),
    "I08": exited(_persons("exit_judge")),
    "I11": schooling,
    "I11.school_age": schooling_where_due,
    "I12": medical,
    "I13": housing,
    "I14": no_worry,
    "I14.food": yes("food_ok"),
    "I14.cloth": yes("cloth_ok"),
    "I14.water": yes("water_ok"),
    "I15": pensions,
    "I17": resettled(_satisfied("resettle_sat")),
    "I18": resettled(income_up),
    "I19": support("inc_social", "inc_project"),
    "I19.project": support("inc_project"),
    "I20": exited(any_of("main_sources", "project")),
    "I21": not_fitting,
    "I21.unmet": need_unmet,
    "I21.among_unsatisfied": not_fitting_unsatisfied,
    "I22": five,
    **FIVE,
    "I23": insured,
    "I23.accident": any_of("ins_have", "accident"),
    "I23.illness": any_of("ins_have", "illness"),
    "I23.borrower": borrower_insured,
    "I24.rated": yes("credit_rated"),
    "I24.loan": loan,
    "I24.insured": insured,
    "I27": _papers,
    "I27.households": _papers_whole,
    "I28": _handbook_faulty,
    "I36": _policies,
    "I38": _unwilling,
    **{f"INC.{status}.{source}": income_of(status, source) for status in STATUSES for source in SOURCES},
    **{f"INC.{status}.none": without_income(status) for status in STATUSES},
}
"""Cells of a poor or exited household's interview."""

NON_POOR: Mapping[str, Rule] = {
    "I06": _recognised,
    "I09": _persons("missed_judge"),
    "I09.households": _confirmed("missed_judge"),
    "I09.suspected": _suspected("missed_judge"),
}
"""Cells of a non-poor household's interview."""

INTERVIEWS: Mapping[str, Mapping[str, Rule]] = {"poor": POOR, "non_poor": NON_POOR}


# --- the door: what is counted without an interview too ---


def _ended(*codes: str) -> Rule:
    def rule(each: Household) -> Mark:
        is_met = each.ending is None or not each.is_first_drawn
        return "not_ended" if is_met else share(not codes or each.ending in codes)

    return rule


def _interviewed(each: Household) -> Mark:
    return (1, 1) if each.answers is not None else "not_interviewed"


def _doubted(each: Household) -> Mark:
    return (each.doubted, each.records) if each.records else "no_record"


ENDINGS = ("N1", "N2", "N3", "N4", "X1", "X2", "X3")


def _ended_by(code: str) -> Rule:
    return lambda each: (1, 1) if each.ending == code else "not_ended"


DOOR: Mapping[str, Rule] = {
    **{f"R.{code}": _ended_by(code) for code in ENDINGS},
    "I35": _interviewed,
    "I39": _ended(),
    **{f"I39.{code}": _ended(code) for code in ("N1", "N2", "N3", "N4")},
    "I39.X": _ended("X1", "X2", "X3"),
    "I40": _doubted,
}
RESIDENCE: Mapping[str, Rule] = {
    "I16": away,
    "I16.with_not_met": away_or_not_met,
    "I16.not_met": resettled_not_met,
}


def interviewed(rule: Rule) -> Rule:
    """Only households whose interview counts."""
    return lambda each: rule(each) if each.answers is not None else "not_interviewed"


RULES: Mapping[str, Mapping[str, Rule]] = {
    kind: {
        **{cell: interviewed(rule) for cell, rule in rules.items()},
        **DOOR,
        **(RESIDENCE if kind == "poor" else {}),
    }
    for kind, rules in INTERVIEWS.items()
}
"""poor | non_poor → cell → its rule."""


def mark_of(each: Household, cell: str) -> Mark:
    """How this household counts in one cell."""
    rule = RULES[each.kind].get(cell)
    return "other_stratum" if rule is None else rule(each)


def marks_of(each: Household) -> dict[str, Pair]:
    """Everything a household adds: cell → (x, y)."""
    marks = {cell: rule(each) for cell, rule in RULES[each.kind].items()}
    return {cell: mark for cell, mark in marks.items() if not isinstance(mark, str)}
