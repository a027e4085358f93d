"""Every coded value that people see has its word in Chinese and English, once."""

from enum import StrEnum

import pytest

from app.figures.indicators.progress import QUOTA_STATES
from app.findings.quality.field import Residence, Why
from app.kernel.terms import TERMS, label
from app.registry.people.models import Role
from app.survey.records.models import RecordState, Resolution
from app.survey.records.rules import KINDS, OUTCOME_CODES
from app.survey.rounds.rules import ENDS, STRATA, SampleState

ENUMS: dict[str, type[StrEnum]] = {
    "sample_fault": Why,
    "residence": Residence,
    "role": Role,
    "sample_state": SampleState,
    "record_state": RecordState,
    "resolution": Resolution,
}
CODES: dict[str, set[str]] = {
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
