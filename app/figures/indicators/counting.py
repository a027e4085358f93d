"""How one household counts: for every cell of the scheme a pair (x, y) that is added up, or why it is left out. Pure.

A cell is an indicator's code, with a dot and a name for its second figures. Rates are Σx ÷ Σy, decided on these whole
numbers. Every rule is one line of domain §4; what cannot be answered from the record is left out with its reason, and
never guessed.
"""

from collections.abc import Callable, Mapping

from app.figures.indicators.household import Household
from app.figures.indicators.rules import YC2017
from app.findings.quality.field import AWAY, Residence, residence_of

Pair = tuple[int, int]
Mark = Pair | str
"""What a household adds, or the code of why it adds nothing (terms: left_out)."""
Rule = Callable[[Household], Mark]

SATISFIED = frozenset(str(code) for code in YC2017.satisfied)
NEUTRAL, DONT_KNOW = str(YC2017.neutral), str(YC2017.dont_know)
GUARANTEED_GRADES = frozenset({"a", "b"})
UNSAFE = frozenset({"crack", "leak", "tilt", "earth", "unlived"})
INDUSTRY = frozenset({"planting", "breeding", "asset_income"})
INSURANCES = frozenset({"accident", "illness", "borrower", "farm"})
POLICIES = 8
STATUSES = ("exited", "unexited")


def _share(holds: bool) -> Pair:
    return int(holds), 1


# --- satisfaction ---


def _satisfied(question: str) -> Rule:
    return lambda each: _share(each.text(question) in SATISFIED)


def _with_opinion(question: str) -> Rule:
    def rule(each: Household) -> Mark:
        return "no_opinion" if each.text(question) == DONT_KNOW else _share(each.text(question) in SATISFIED)

    return rule


def _with_neutral(question: str) -> Rule:
    return lambda each: _share(each.text(question) in SATISFIED or each.text(question) == NEUTRAL)


def _alone(question: str) -> Rule:
    def rule(each: Household) -> Mark:
        return "cadre_present" if each.text("cadre_present") == "1" else _share(each.text(question) in SATISFIED)

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
    return _share(each.text("recognise") == "1")


def _confirmed(judgement: str) -> Rule:
    return lambda each: _share(_is_confirmed(each, judgement))


def _suspected(judgement: str) -> Rule:
    return lambda each: _share(_is_suspected(each, judgement))


def _wrong_exit_house(each: Household) -> Mark:
    return _share("house" in each.many("exit_gap")) if _is_confirmed(each, "exit_judge") else "not_confirmed"


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
    return _share(each.text("exit_willing") == "0") if each.status == "unexited" else "not_unexited"


# --- guarantees ---


def _schooling(each: Household) -> Mark:
    is_in_school = not each.number("edu_age_n") or not each.number("edu_out_n")
    return _share(is_in_school or each.many("edu_out_why") == {"deferred"})


def _schooling_where_due(each: Household) -> Mark:
    return _schooling(each) if each.number("edu_age_n") else "no_school_age"


def _medical(each: Household) -> Mark:
    is_insured = each.number("med_insured_n") is not None and each.number("med_insured_n") == each.number("hh_size")
    return _share(is_insured and each.text("med_afford") != "0")


def _housing(each: Household) -> Mark:
    grade = each.text("house_grade")
    if grade == "u":
        return _share(not each.many("house_defect") & UNSAFE and each.text("house_feel") != "0")
    return _share(grade in GUARANTEED_GRADES)


def _yes(question: str) -> Rule:
    return lambda each: _share(each.text(question) == "1")


def _no_worry(each: Household) -> Mark:
    return _share(all(each.text(question) == "1" for question in ("food_ok", "cloth_ok", "water_ok")))


def _pensions(each: Household) -> Mark:
    elders = each.number("pension_age_n")
    return (each.number("pension_n") or 0, elders) if elders else "no_elders"


# --- resettlement ---


def _residence(each: Household) -> Residence | None:
    return residence_of(each.answers or {}, each.attempts, is_resettled=each.is_filed_resettled)


def _away(each: Household) -> Mark:
    where = _residence(each)
    if where is None:
        return "not_resettled"
    return "not_met" if where is Residence.NOT_MET else _share(where in AWAY)


def _away_or_not_met(each: Household) -> Mark:
    where = _residence(each)
    return "not_resettled" if where is None else _share(where is not Residence.SITE)


def _resettled_not_met(each: Household) -> Mark:
    where = _residence(each)
    return "not_resettled" if where is None else _share(where is Residence.NOT_MET)


def _income_up(each: Household) -> Mark:
    return _share(each.text("resettle_income") == "3")


# --- income and help ---


def _support(*sources: str) -> Rule:
    def rule(each: Household) -> Mark:
        total = each.number("inc_total")
        if total is None or total <= 0:
            return "no_income"
        return sum(each.number(source) or 0 for source in sources), total

    return rule


def support_share(each: Household) -> int | None:
    """Government support in the household's income, in hundredths of a per cent, half up: for the median."""
    mark = _support("inc_social", "inc_project")(each)
    return None if isinstance(mark, str) else (20_000 * mark[0] + mark[1]) // (2 * mark[1])


SOURCES = ("wage", "oper", "prop", "social", "project", "family")
"""Where income comes from, in whole yuan (R60, R61)."""


def _sources(each: Household) -> int:
    return sum(each.number(f"inc_{source}") or 0 for source in SOURCES)


def _income_of(status: str, source: str) -> Rule:
    """Yuan of one source, of households that told any income above nothing."""

    def rule(each: Household) -> Mark:
        if each.status != status:
            return f"not_{status}"
        return (each.number(f"inc_{source}") or 0, 1) if _sources(each) > 0 else "no_income"

    return rule


def _without_income(status: str) -> Rule:
    return lambda each: (1, 1) if each.status == status and _sources(each) <= 0 else "other_stratum"


def _any_of(question: str, *choices: str) -> Rule:
    return lambda each: _share(not each.many(question).isdisjoint(choices))


_insured = _any_of("ins_have", *INSURANCES)


def _not_fitting(each: Household) -> Mark:
    return _share(each.text("measure_fit") == "0") if each.text("measure_fit") else "not_asked"


def _need_unmet(each: Household) -> Mark:
    needs, got = each.many("needs_top"), each.many("measures_got")
    if not needs or not got:
        return "not_asked"
    return "no_need" if "none" in needs else _share(not needs & got)


def _not_fitting_unsatisfied(each: Household) -> Mark:
    return _share(each.text("measure_fit") == "0") if each.text("sat_way") in ("1", "2") else "satisfied"


def _training(each: Household) -> Mark:
    return _share(each.text("train_got") not in ("", "none")) if each.number("labour_n") else "no_labour"


def _loan(each: Household) -> Mark:
    return _share(each.text("loan_got") == "1") if each.text("loan_want") == "1" else "no_loan_wanted"


def _borrower_insured(each: Household) -> Mark:
    return _share("borrower" in each.many("ins_have")) if each.text("loan_got") == "1" else "no_loan"


FIVE: Mapping[str, Rule] = {
    "I22.industry": _any_of("measures_got", *INDUSTRY),
    "I22.training": _training,
    "I22.loan": _loan,
    "I22.plan": _yes("plan_have"),
    "I22.insurance": _insured,
}


def _five(each: Household) -> Mark:
    marks = [rule(each) for rule in FIVE.values()]
    return _share(all(mark[0] for mark in marks if not isinstance(mark, str)))


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
    return mark if isinstance(mark, str) else _share(mark[0] == mark[1])


def _handbook_faulty(each: Household) -> Mark:
    return _share(bool(each.many("hb_errors") - {"none"})) if each.text("hb_seen") == "yes" else "handbook_not_seen"


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
    "I11": _schooling,
    "I11.school_age": _schooling_where_due,
    "I12": _medical,
    "I13": _housing,
    "I14": _no_worry,
    "I14.food": _yes("food_ok"),
    "I14.cloth": _yes("cloth_ok"),
    "I14.water": _yes("water_ok"),
    "I15": _pensions,
    "I17": resettled(_satisfied("resettle_sat")),
    "I18": resettled(_income_up),
    "I19": _support("inc_social", "inc_project"),
    "I19.project": _support("inc_project"),
    "I20": exited(_any_of("main_sources", "project")),
    "I21": _not_fitting,
    "I21.unmet": _need_unmet,
    "I21.among_unsatisfied": _not_fitting_unsatisfied,
    "I22": _five,
    **FIVE,
    "I23": _insured,
    "I23.accident": _any_of("ins_have", "accident"),
    "I23.illness": _any_of("ins_have", "illness"),
    "I23.borrower": _borrower_insured,
    "I24.rated": _yes("credit_rated"),
    "I24.loan": _loan,
    "I24.insured": _insured,
    "I27": _papers,
    "I27.households": _papers_whole,
    "I28": _handbook_faulty,
    "I36": _policies,
    "I38": _unwilling,
    **{f"INC.{status}.{source}": _income_of(status, source) for status in STATUSES for source in SOURCES},
    **{f"INC.{status}.none": _without_income(status) for status in STATUSES},
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
        return "not_ended" if is_met else _share(not codes or each.ending in codes)

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
    "I16": _away,
    "I16.with_not_met": _away_or_not_met,
    "I16.not_met": _resettled_not_met,
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
