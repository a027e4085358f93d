"""Which questions the indicators read, as data with a version, and what a changed form does to them.

A figure is computed from answers at a fixed place with fixed codes (domain §4). When a new version of a form moves a
question, changes its kind or its codes, the figure would change silently; so every input is checked before a version
is published, and an officer who publishes it all the same says so by name. A code that nobody counts is as bad as one
that is gone: it would enter a denominator and no numerator.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.survey.questionnaires.compare import choices_of
from app.survey.questionnaires.state import Form

VERSION = "yc2017-3"
"""Changes whenever a line below does; it is written into the audit line of every publishing."""

SAT = ("5", "4", "3", "2", "1", "9")
YES_NO = ("1", "0")
YES_NO_UNKNOWN = ("1", "0", "9")


@dataclass(frozen=True)
class Input:
    """One question that indicators read: its place, and the codes it must have, no more and no fewer (() = numbers).

    With `at_least` more codes may be there: only those named are read.
    """

    path: str
    indicators: tuple[str, ...]
    codes: tuple[str, ...] = ()
    many: bool = False
    at_least: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        if not self.codes:
            return ("integer", "decimal", "calculate", "range", "hidden")
        return ("select_multiple",) if self.many else ("select_one",)


CONTACT = Input("cover/contact_result", ("I35", "I39"),
                ("completed", "absent", "away", "refused", "incapable", "no_such"))  # fmt: skip

BINDINGS: Mapping[str, tuple[Input, ...]] = {
    "q1_poor": (
        CONTACT,
        Input("satisfaction/sat_team", ("I01", "I05"), SAT),
        Input("satisfaction/sat_helper", ("I02", "I05"), SAT),
        Input("satisfaction/sat_effect", ("I03", "I05"), SAT),
        Input("satisfaction/sat_way", ("I04", "I21"), SAT),
        Input("satisfaction/recognise", ("I06",), YES_NO_UNKNOWN),
        Input("main/status", ("I04", "I07", "I20", "I38"), ("unexited", "exited"), at_least=True),
        Input("close/exit_judge", ("I07", "I08"), ("ok", "doubt", "bad")),
        Input("close/exit_gap", ("I07",), ("house",), many=True, at_least=True),
        Input("main/cadre_present", ("I01", "I02", "I03", "I04"), YES_NO),
        Input("main/hh_size", ("I08", "I12")),
        Input("guarantee/edu_age_n", ("I11",)),
        Input("guarantee/edu_out_n", ("I11",)),
        Input("guarantee/edu_out_why", ("I11",), ("deferred",), many=True, at_least=True),
        Input("guarantee/med_insured_n", ("I12",)),
        Input("guarantee/med_afford", ("I12",), YES_NO_UNKNOWN),
        Input("guarantee/house_grade", ("I13",), ("a", "b", "c", "d", "u")),
        Input("guarantee/house_defect", ("I13",), ("none", "crack", "leak", "tilt", "earth", "unlived"), many=True),
        Input("guarantee/house_feel", ("I13",), YES_NO_UNKNOWN),
        Input("guarantee/food_ok", ("I14",), YES_NO),
        Input("guarantee/cloth_ok", ("I14",), YES_NO),
        Input("guarantee/water_ok", ("I14",), YES_NO),
        Input("guarantee/pension_n", ("I15",)),
        Input("guarantee/pension_age_n", ("I15",)),
        Input("residence/resettled", ("I16", "I17", "I18"), YES_NO),
        Input("residence/living", ("I16",), ("at_site", "part", "work_away", "origin", "let")),
        Input("residence/live_months", ("I16",)),
        Input("residence/resettle_sat", ("I17",), SAT),
        Input("residence/resettle_income", ("I18",), ("3", "2", "1", "0", "9")),
        Input("income/inc_wage", ("I19",)),
        Input("income/inc_oper", ("I19",)),
        Input("income/inc_prop", ("I19",)),
        Input("income/inc_family", ("I19",)),
        Input("income/inc_social", ("I19",)),
        Input("income/inc_project", ("I19",)),
        Input("income/inc_total", ("I19",)),
        Input("income/main_sources", ("I20",), ("project",), many=True, at_least=True),
        Input("help/measure_fit", ("I21",), YES_NO_UNKNOWN),
        Input("help/needs_top", ("I21",), ("none",), many=True, at_least=True),
        Input("help/measures_got", ("I21", "I22"), ("none", "planting", "breeding", "asset_income"),
              many=True, at_least=True),
        Input("main/labour_n", ("I22",)),
        Input("help/plan_have", ("I22",), YES_NO_UNKNOWN),
        Input("help/train_got", ("I22",), ("none",), at_least=True),
        Input("help/credit_rated", ("I24",), YES_NO_UNKNOWN),
        Input("help/loan_want", ("I22", "I24"), YES_NO_UNKNOWN),
        Input("help/loan_got", ("I22", "I23", "I24"), YES_NO),
        Input("help/ins_have", ("I22", "I23", "I24"), ("accident", "illness", "borrower", "farm", "none", "unknown"),
              many=True),
        Input("income/hb_seen", ("I27", "I28"), ("yes",), at_least=True),
        Input("income/hb_errors", ("I27", "I28"), ("none", "blank", "unsigned"), many=True, at_least=True),
        Input("main/exit_signed", ("I27",), YES_NO_UNKNOWN),
        Input("help/policy_known", ("I36",),
              ("edu", "health", "house", "dibao", "loan", "insurance", "training", "exit", "none"), many=True),
        Input("main/exit_willing", ("I38",), YES_NO_UNKNOWN),
    ),
    "q2_nonpoor": (
        CONTACT,
        Input("fair/recognise", ("I06",), YES_NO_UNKNOWN),
        Input("close/missed_judge", ("I09",), ("ok", "doubt", "bad")),
        Input("main/hh_size", ("I09",)),
    ),
    "q3_visit": (
        Input("visit/contact_result", ("I26",), ("completed",), at_least=True),
        Input("visit/purpose", ("I26",), ("gift",), many=True, at_least=True),
    ),
    "q4_record": (
        Input("basics/said_poor_hh", ("I37",)),
        Input("basics/said_exit_year", ("I37",)),
        Input("filed_poor_hh", ("I37",)),
        Input("filed_exit_year", ("I37",)),
        Input("basics/policy_known", ("I36",),
              ("edu", "health", "house", "dibao", "loan", "insurance", "training", "exit", "none"), many=True),
        Input("papers/docs/doc_state", ("I27",), ("full",), at_least=True),
    ),
    "q5_lookback": (Input("result/fix_result", ("I33",), ("done",), at_least=True),),
}  # fmt: skip


@dataclass(frozen=True)
class Broken:
    """An input that a form no longer gives as the indicators need it: `gone kind codes_gone codes_new`."""

    path: str
    indicators: tuple[str, ...]
    why: str
    codes: tuple[str, ...] = ()


def paths_of(form_ids: Sequence[str]) -> dict[str, str]:
    """Path → last name of every input of some forms: what is read of an interview that counts, and nothing else."""
    lines = (line for form_id in form_ids for line in BINDINGS[form_id])
    return {line.path: line.path.rpartition("/")[2] for line in lines}


def broken_inputs(form: Form) -> list[Broken]:
    """What the indicators would lose or misread with this version; nothing for a form they do not read."""
    return [fault for line in BINDINGS.get(form.form_id, ()) for fault in _faults(form, line)]


def _faults(form: Form, line: Input) -> Iterator[Broken]:
    node = form.by_path.get(tuple(line.path.split("/")))
    if node is None:
        yield Broken(line.path, line.indicators, "gone")
        return
    if node.kind not in line.kinds:
        yield Broken(line.path, line.indicators, "kind")
        return
    there = choices_of(form, node) if line.codes else {}
    gone = tuple(code for code in line.codes if code not in there)
    fresh = () if line.at_least else tuple(code for code in there if code not in line.codes)
    if gone:
        yield Broken(line.path, line.indicators, "codes_gone", gone)
    if fresh:
        yield Broken(line.path, line.indicators, "codes_new", fresh)


def indicators_at_risk(faults: list[Broken]) -> list[str]:
    """The indicators' codes, each once, in order."""
    return sorted({code for fault in faults for code in fault.indicators})
