"""Every coded value that people see has its word in Chinese and English, once."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

import app
from app.figures.indicators.catalogue import Unit
from app.figures.indicators.progress import QUOTA_STATES
from app.findings.quality.catalogue import Asked
from app.findings.quality.doubts import PAIRS, Severity
from app.findings.quality.field import Residence, Why
from app.findings.quality.models import FlagState
from app.findings.reviews.models import Verdict
from app.findings.reviews.queries import JUDGEMENTS
from app.kernel.terms import TERMS, label
from app.registry.people.models import Role
from app.survey.records.models import RecordState, Resolution
from app.survey.records.rules import KINDS, OUTCOME_CODES
from app.survey.rounds.rules import ENDS, STRATA, SampleState
from app.survey.rounds.team_queries import Why as TeamWhy

ROOM = Path(app.__file__).parent / "figures/indicators"
COUNTING = "".join((ROOM / f"{name}.py").read_text(encoding="utf-8") for name in ("counting", "living", "support"))

QUALITY = Path(app.__file__).parent / "findings/quality"
DOUBTS = "".join(path.read_text(encoding="utf-8") for path in sorted(QUALITY.glob("*.py")))

ENUMS: dict[str, type[StrEnum]] = {
    "sample_fault": Why,
    "residence": Residence,
    "team_bar": TeamWhy,
    "role": Role,
    "sample_state": SampleState,
    "record_state": RecordState,
    "resolution": Resolution,
    "figure_unit": Unit,
    "flag_state": FlagState,
    "severity": Severity,
    "flag_asked": Asked,
    "verdict": Verdict,
}
CODES: dict[str, set[str]] = {
    "left_out": set(re.findall(r'(?:else|return) "(\w+)"', COUNTING) + re.findall(r'return "(\w+)" if ', COUNTING)),
    "doubt": {f"{code}.{reason}" for code, reason in re.findall(r'Doubt\("(F\d\d)", "(\w+)"', DOUBTS)}
    | {f"F01.{reason}" for reason, *_ in PAIRS},
    "judgement": set(JUDGEMENTS.values()),
    "figure_stratum": {"poor", "non_poor", "all"},
    "figure_model": {"hypergeometric", "binomial", "wilson", "spread", "mover"},
    "figure_note": {"mixed", "needs_population", "projected"},
    "evidence_line": {"met", "not_met", "undecided"},
    "stratum": set(STRATA),
    "outcome": set(ENDS) | OUTCOME_CODES | {"attempt", "R1"},
    "kind": set(KINDS),
    "status": {"unexited", "exited", "non_poor"},
    "item": {"team", "helper", "effect", "way"},
    "official": {"met", "missed", "too_few"},
    "evidence": {"met", "not_met", "undecided"},
    "quota_state": set(QUOTA_STATES),
    "round_state": {"open", "frozen", "drawn", "closed"},
}


@pytest.mark.parametrize("kind", [*ENUMS, *CODES])
def test_no_value_is_without_its_words(kind: str) -> None:
    values = {str(value) for value in ENUMS[kind]} if kind in ENUMS else CODES[kind]
    assert values <= set(TERMS[kind])
    for value in values:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in label(kind, value)), value
        assert label(kind, value, "en").isascii() or "%" in label(kind, value, "en"), value


def test_an_unknown_value_stays_visible() -> None:
    assert label("role", "astronaut") == "astronaut"
    assert label("role", None) == "—"
