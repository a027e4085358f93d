"""The plan of a draw as the desk's form says it: plain fields in, the plan's data out. Judged in rounds.plan, not here.

All may stay blank: then the poor and the non-poor of a county are one list each.
"""

from collections.abc import Mapping
from typing import Any

from app.survey.rounds.rules import STRATA

PLAN_FIELDS = (
    "plan_mode",
    "plan_panel_poor",
    "plan_panel_non_poor",
    "plan_exited",
    "plan_unexited",
    "plan_must",
    "plan_villages_poor_m",
    "plan_villages_poor_b",
    "plan_villages_non_poor_m",
    "plan_villages_non_poor_b",
)
PLAN_FAULTS = ("plan_mode", "plan_panel", "plan_split_exit", "plan_must", "plan_villages")
"""Where the plan's faults stand in the form."""

KINDS = {"贫困户": "poor", "非贫困户": "non_poor"}
ASKS = {"状态": "status", "搬迁": "resettled", "属性": "hh_attr", "致贫原因": "cause", "脱贫年度": "exit_year"}
SAYS: dict[str, Any] = {"是": True, "否": False, "yes": True, "no": False, "未脱贫": "unexited", "已脱贫": "exited"}


def read_plan_form(form: Mapping[str, str]) -> dict[str, Any] | None:
    """The plan that was filled in; None when nothing was."""
    plan: dict[str, Any] = {}
    mode = form.get("plan_mode", "")
    if mode not in ("", "independent"):
        plan["mode"] = mode
    panel = {kind: count for kind in STRATA if (count := _count(form.get(f"plan_panel_{kind}", ""))) is not None}
    if panel:
        plan["panel"] = panel
    split = {status: _count(form.get(f"plan_{status}", "")) for status in ("exited", "unexited")}
    if any(count is not None for count in split.values()):
        plan["split_exit"] = split
    if must := [_class(line.split()) for line in form.get("plan_must", "").splitlines() if line.strip()]:
        plan["must"] = must
    pairs = {kind: _pair(form, kind) for kind in STRATA}
    villages = {kind: pair for kind, pair in pairs.items() if set(pair.values()) != {None}}
    if villages:
        plan["villages"] = villages
    return plan or None


def _pair(form: Mapping[str, str], kind: str) -> dict[str, int | None]:
    return {name: _count(form.get(f"plan_villages_{kind}_{name}", "")) for name in "mb"}


def _class(words: list[str]) -> dict[str, Any]:
    """`OLD 贫困户 2 搬迁=是 脱贫年度=2016`: name, of which kind, at least how many, and what makes the class."""
    name, kind, count = (*words[:3], "", "", "")[:3]
    asked = dict(word.split("=", 1) for word in words[3:] if "=" in word)
    where = {ASKS.get(key, key): _said(ASKS.get(key, key), value) for key, value in asked.items()}
    return {"name": name.upper(), "kind": KINDS.get(kind, kind), "n": _count(count), "where": where}


def _said(key: str, value: str) -> Any:
    if key == "exit_year":
        return _count(value) or value
    return SAYS.get(value, value)


def _count(text: str) -> int | None:
    digits = text.strip()
    return int(digits) if digits.isdecimal() and len(digits) <= 6 else (-1 if digits else None)
