"""Lines of the questionnaires' pages: versions, faults by cell, differences, and what indicators lose."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.doors.desk.words import Voice
from app.figures.indicators.bindings import Broken
from app.survey.questionnaires.compare import Change, Differences
from app.survey.questionnaires.queries import list_versions
from app.survey.questionnaires.releases import choose, list_releases
from app.survey.questionnaires.workbook import SheetFault


@dataclass(frozen=True)
class VersionLine:
    """One published version; `releases` = (round or "", from when)."""

    form_id: str
    version: str
    title_zh: str
    title_en: str
    sha256: str
    published_at: datetime
    published_by: str
    is_in_force: bool
    releases: Sequence[tuple[str, datetime]]
    href: str


@dataclass(frozen=True)
class FaultLine:
    """One reason against a workbook, by cell."""

    sheet: str
    row: str
    column: str
    words: str


@dataclass(frozen=True)
class DifferenceLine:
    """One question that was added, removed or changed."""

    kind: str
    path: str
    label: str
    what: str


@dataclass(frozen=True)
class BrokenLine:
    """One input that indicators no longer get as they need it."""

    path: str
    indicators: str
    why: str


def version_lines(session: Session, now: datetime) -> list[VersionLine]:
    """All versions by form, the newest first."""
    versions, releases = list_versions(session), list_releases(session)
    rounds = {"", *(row.round for row in releases)}
    in_force = {each.sha256 for code in rounds for each in choose(versions, releases, now, code)}
    lines = [
        VersionLine(
            each.form_id,
            each.version,
            each.title_zh,
            each.title_en,
            each.sha256,
            each.published_at,
            each.published_by,
            each.sha256 in in_force,
            [
                (row.round, row.starts_at)
                for row in releases
                if (row.form_id, row.version) == (each.form_id, each.version)
            ],
            f"/questionnaires/{each.form_id}/{each.version}",
        )
        for each in reversed(versions)
    ]
    return sorted(lines, key=lambda line: line.form_id)


def fault_lines(faults: Iterable[SheetFault], lang: str) -> list[FaultLine]:
    """Faults in the reader's language."""
    return [
        FaultLine(fault.sheet, str(fault.row or ""), fault.column, fault.en if lang == "en" else fault.zh)
        for fault in faults
    ]


def warning_lines(text: str, lang: str) -> list[FaultLine]:
    """Kept warnings: sheet, row, Chinese, English by tabs."""
    lines = [line.split("\t") for line in text.splitlines()]
    return [FaultLine(line[0], line[1], "", line[3 if lang == "en" else 2]) for line in lines if len(line) == 4]


def difference_lines(found: Differences, voice: Voice) -> list[DifferenceLine]:
    """Removed first: that is what hurts."""
    kinds = (("removed", found.removed), ("added", found.added), ("changed", found.changed))
    return [
        DifferenceLine(kind, each.path, each.label[voice.lang], _what(each, voice))
        for kind, changes in kinds
        for each in changes
    ]


def _what(change: Change, voice: Voice) -> str:
    parts = [voice(f"qn_aspect_{aspect}") for aspect in change.aspects if aspect != "choices"]
    if change.choices_gone:
        parts.append(voice("qn_choices_gone", codes=" ".join(change.choices_gone)))
    if change.choices_new:
        parts.append(voice("qn_choices_new", codes=" ".join(change.choices_new)))
    if "choices" in change.aspects and not (change.choices_gone or change.choices_new):
        parts.append(voice("qn_choices_words"))
    return (", " if voice.lang == "en" else "、").join(parts)


def broken_lines(broken: Iterable[Broken], voice: Voice) -> list[BrokenLine]:
    """Lost inputs with the indicators that read them."""
    return [
        BrokenLine(each.path, " ".join(each.indicators), voice(f"qn_broken_{each.why}") + " ".join(each.codes))
        for each in broken
    ]
