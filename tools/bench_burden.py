"""What a form asks of the person who fills it in: taps and typed characters, counted over plausible visits.

A tap is one touch: an option, a number's field, a photo (opened and taken: two), the position, the next page, the seal.
A typed character is one press on the keyboard of the screen. What the register knows, what is calculated and what
has its answer already costs nothing; scrolling, reading and asking are not counted.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.demo import answers as fill
from app.survey.questionnaires.compiler import compile_bytes
from app.survey.questionnaires.rules import fits, prune, start, validate, walk
from app.survey.questionnaires.state import LEAVES, Answers, Form, Node, State, compute, leaf, load, pointer, put
from app.survey.questionnaires.tables import builtin_workbook

TODAY = "2017-05-20"
HOME: dict[str, Any] = {
    "unit": "640104901201-0001", "head_name": "户主", "county_code": "640104", "village_code": "640104901201",
    "status": "exited", "exit_year": "2016", "size": "4", "resettled": "0", "hh_attr": "一般贫困户", "cause": "因病",
    "income_pc": "5200", "subsidy": "2000", "helper_name": "帮扶人",
}  # fmt: skip
SOURCE = {
    "sample": {"sample_id": "2017-1-A1.640104-P.7", "round": "2017-1", "stratum": "640104-P", "county": "640104",
               "rank": "7", "team_id": "640104"},
    "household": HOME,
    "account": {"account": "lin", "team_id": "640104"},
    "round": {"code": "2017-1"},
    "place": {"county_code": "640104", "village_code": "640104901201"},
    "issue": {"issue_id": "1", "is_household": "1"},
}  # fmt: skip
PHOTO = "00000000-0000-4000-8000-000000000001"
POINT = "38.4700 106.2900 1100 9"


@dataclass(frozen=True)
class Visited:
    """One visit: which form, what happened, the answers as sealed, and which of them the phone knew."""

    form_id: str
    what: str
    form: Form
    known: Answers
    answers: Answers


@cache
def _form(form_id: str) -> Form:
    return load(compile_bytes(builtin_workbook(form_id)).json)


def visits() -> Iterator[Visited]:
    """The ways through the five forms that make up a day."""
    rng = random.Random("burden")
    told = {"team": 5, "helper": 4, "effect": 5, "way": 4}
    met: Answers = {"cover": fill.cover(rng, (106.29, 38.47))}
    for status, what in (("exited", "exited household, met"), ("unexited", "household not exited, met")):
        yield _visited("q1_poor", what, {**met, **fill.q1(rng, {**HOME, "status": status}, told, photos=True)})
    yield _visited("q1_poor", "nobody at home", {"cover": fill.cover(rng, (106.29, 38.47), "absent")})
    yield _visited("q2_nonpoor", "met", {**met, **fill.q2(rng, HOME, photos=True)})
    yield _visited("q3_visit", "family met", LOG)
    yield _visited("q4_record", "discussion", TALK)
    yield _visited("q5_lookback", "solved", LOOK_BACK)


LOG: Answers = {
    "visit": {"contact_result": "completed", "purpose": "policy progress", "minutes_here": "40", "gps": POINT},
    "help": {
        "five_done": "industry", "did_what": "和户主核对了滩羊养殖补助的到账情况", "needs_now": "none",
        "income_event": "0", "gift_value": "0", "hb_updated": "1",
    },
    "close": {"problem_found": "0", "photo": PHOTO},
}  # fmt: skip
TALK: Answers = {
    "about": {"method": "talk", "level": "village", "unit_name": "永兴村", "contents": "c01", "attend_n": "12",
              "villager_n": "8"},
    "basics": {"said_poor_hh": "41", "said_exit_year": "2018", "policy_known": "none"},
    "record": {"minutes": "群众希望灌溉渠早些修好,村里说今年开工。", "good_case": "0"},
}  # fmt: skip
LOOK_BACK: Answers = {
    "check": {"visit_mode": "open", "evidence": "household", "gps": POINT},
    "result": {"fix_result": "done", "fix_facts": "危房改造已完工,现场看过,住进去了。", "hh_confirms": "1",
               "hh_sat": "4", "similar_checked": "1"},
}  # fmt: skip


def _visited(form_id: str, what: str, given: Answers) -> Visited:
    """The answers on top of what the phone fills in by itself; gaps that the form would not let pass are closed."""
    form = _form(form_id)
    known = start(form, SOURCE, today=TODAY, now=f"{TODAY}T01:00:00.000Z")
    answers = compute(form, known, TODAY).answers
    for node, at in walk(State(form, given, TODAY)):
        if node.kind in LEAVES and (text := leaf(given, at)):
            put(answers, at, text)
    for _ in range(12):
        for wrong in validate(compute(form, answers, TODAY)):
            steps = tuple(wrong.pointer.split("/")[1:])
            put(answers, steps, _plain_answer(form, form.by_path[steps]))
    state = compute(form, answers, TODAY)
    assert validate(state) == [], (form_id, what, validate(state))
    return Visited(form_id, what, form, known, prune(state))


def _plain_answer(form: Form, node: Node) -> str:
    if "list" in node.item:
        return str(form.data["choices"][node.item["list"]][0]["value"])
    plain = {
        "image": PHOTO,
        "geopoint": POINT,
        "date": "2017-06-20",
        "integer": "1",
        "decimal": "1",
        "acknowledge": "OK",
    }
    return plain.get(node.kind, "情况属实,已向户主核对清楚")


def cost(node: Node, text: str) -> tuple[int, int]:
    """Taps and typed characters of one answer."""
    look = node.item.get("appearance", "")
    if node.kind in ("select_multiple", "rank"):
        return len(text.split(" ")), 0
    if node.kind in ("select_one", "acknowledge", "geopoint", "range"):
        return (2 if "minimal" in look else 1), 0
    if node.kind in ("image", "audio", "date", "time"):
        return 2, 0
    return 1, len(text)


def counted(visit: Visited) -> tuple[int, int, int]:
    """Questions answered by hand, taps (pages and the seal with them) and typed characters."""
    state = compute(visit.form, visit.answers, TODAY)
    questions, characters = 0, 0
    pages = {at[0] for node, at in walk(state) if node.kind == "group" and len(at) == 1 and state.relevant(at)}
    taps = 1 + len(pages) + 1  # begin, each page's 下一页, the seal
    for node, at in walk(state):
        text = leaf(visit.answers, at)
        if node.kind not in LEAVES - SILENT or not text or text == leaf(visit.known, at):
            continue
        assert fits(node.kind, text), pointer(at)
        tapped, typed = cost(node, text)
        questions, taps, characters = questions + 1, taps + tapped, characters + typed
    return questions, taps, characters


SILENT = frozenset(["calculate", "hidden", "start", "end", "today", "audit"])


def burden() -> list[str]:
    """The table as lines of Markdown."""
    lines = [
        "What a form asks of whoever fills it in, counted by script over plausible answers (tools/bench_burden.py):",
        "",
        "| form | way through it | questions answered by hand | taps | characters typed |",
        "|---|---|---|---|---|",
    ]
    return [*lines, *(f"| {v.form_id} | {v.what} | {' | '.join(map(str, counted(v)))} |" for v in visits())]
