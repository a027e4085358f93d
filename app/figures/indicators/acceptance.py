"""A published version may take inputs from indicators only when that is accepted by name; the audit keeps who did.

The desk's page and the terminal publish by different doors and ask the same question here.
"""

from sqlmodel import Session

from app.figures.indicators.bindings import VERSION, broken_inputs, indicators_at_risk
from app.kernel import audit
from app.kernel.problems import Malformed
from app.survey.questionnaires.state import Form


class IndicatorsAtRisk(Malformed):
    """The version takes inputs from indicators and nobody accepted that."""

    slug = "indicators-at-risk"
    title_zh = "有指标会失去数据"
    title_en = "Indicators would lose their input"


def settle_bindings(session: Session, form: Form, by: str, *, accepted: bool, how: tuple[str, str]) -> None:
    """Note which indicators a version leaves incomplete. Raises IndicatorsAtRisk unless it was accepted.

    `how` says in both languages how to accept at this door.
    """
    broken = broken_inputs(form)
    risk = " ".join(indicators_at_risk(broken))
    if broken and not accepted:
        lost = " ".join(sorted({each.path for each in broken}))
        raise IndicatorsAtRisk(
            f"请先看清哪些指标会失去数据({risk};题目 {lost}),{how[0]}。",
            f"Look first at what {risk} would lose ({lost}), then {how[1]}.",
        )
    audit.write(session, "form.bindings", f"{form.form_id} {form.version}", actor=by, bindings=VERSION, at_risk=risk)
