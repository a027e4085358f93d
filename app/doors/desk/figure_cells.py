"""From an indicator's figure to what a cell prints and what a file says of it. Pure; nothing is decided here.

The tone of a bar is the evidence (decision 0041); a figure without a target has a mark of its own and no verdict. What
is not known stays empty, on the page as in the file.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.doors.desk.plots import Plot
from app.doors.desk.words import Voice
from app.figures.indicators.catalogue import Indicator, Target
from app.figures.indicators.figure import IndicatorFigure
from app.kernel import terms
from app.papers.exports.sheets import Cell, Column

LETTERS = "abcdefgh"
NINETY = ("I01", "I02", "I03", "I06")
"""Whose evidence words name the ninety per cent."""


@dataclass(frozen=True)
class FigureCell:
    """One figure of one place, in words and marks."""

    place: str
    count: str
    rate: str
    low: str | None
    high: str | None
    plot: Plot
    model: str = ""
    official: str | None = None
    evidence: str | None = None
    evidence_word: str = ""
    notes: tuple[str, ...] = ()
    href: str = ""
    code: str = ""


def count_of(figure: IndicatorFigure, voice: Voice) -> str:
    """`9/10`, with the unit where it is not households; a median has no numerator."""
    if (figure.code, figure.part) == ("I19", "median"):
        return f"{figure.households} {terms.label('figure_unit', 'household', voice.lang)}"
    counted = f"{figure.numerator:,}/{figure.denominator:,}"
    return counted if figure.unit == "household" else f"{counted} {terms.label('figure_unit', figure.unit, voice.lang)}"


def tone_of(figure: IndicatorFigure) -> str:
    """How the bar looks."""
    if figure.rate is None:
        return "none"
    if figure.official == "too_few":
        return "few"
    if figure.evidence is not None:
        return figure.evidence
    return "plain"


def on_axis(value: str | None) -> str | None:
    """A place on the axis: what lies beyond its ends is drawn at the end."""
    return None if value is None else f"{min(100.0, max(0.0, float(value))):.2f}"


def target_at(target: Target | None) -> str | None:
    """Where the target's line stands."""
    if target is None:
        return None
    percent = 100 * target.share.part / target.share.whole
    return f"{percent:g}"


def lines_of(line: Indicator) -> tuple[tuple[str, str], ...]:
    """The benchmarks that are a rate, each with the letter under which it is listed."""
    found = []
    for letter, benchmark in zip(LETTERS, line.benchmarks, strict=False):
        number = re.fullmatch(r"[<≥≤]?(\d+(?:\.\d+)?)%", benchmark.text)
        if number and float(number[1]) <= 100:
            found.append((number[1], letter))
    return tuple(found)


def plot_of(figure: IndicatorFigure, line: Indicator) -> Plot:
    """The bar of a figure."""
    is_judged = figure.official is not None or not figure.part
    return Plot(
        tone_of(figure),
        on_axis(figure.rate),
        on_axis(figure.low),
        on_axis(figure.high),
        target=target_at(line.target) if is_judged else None,
        lines=() if figure.part else lines_of(line),
    )


def evidence_word(figure: IndicatorFigure, voice: Voice) -> str:
    """What the sample can and cannot say; of no target nothing."""
    if figure.evidence is None:
        return ""
    kind = "evidence" if figure.code in NINETY else "evidence_line"
    return terms.label(kind, figure.evidence, voice.lang)


def figure_cell(
    figure: IndicatorFigure, line: Indicator, voice: Voice, *, place: str = "", href: str = ""
) -> FigureCell:
    """The cell of a figure; `href` leads to the households behind it."""
    return FigureCell(
        place=place,
        count=count_of(figure, voice),
        rate=f"{figure.rate}%" if figure.rate is not None else "",
        low=figure.low,
        high=figure.high,
        plot=plot_of(figure, line),
        model=terms.label("figure_model", figure.model, voice.lang) if figure.model else "",
        official=figure.official,
        evidence=figure.evidence,
        evidence_word=evidence_word(figure, voice),
        notes=tuple(terms.label("figure_note", note, voice.lang) for note in figure.notes),
        href=href,
        code=line.code,
    )


def part_name(figure: IndicatorFigure, line: Indicator, voice: Voice) -> str:
    """The name of an indicator's second figure."""
    part = line.part(figure.part)
    if part is None:
        return line.en if voice.lang == "en" else line.zh
    return part.en if voice.lang == "en" else part.zh


def figure_columns(voice: Voice) -> list[Column]:
    """The columns of a file of figures, behind whatever names the place."""
    return [
        Column(voice("fig_code")),
        Column(voice("fig_name")),
        Column(voice("fig_part")),
        Column(voice("fig_stratum")),
        Column(voice("fig_unit")),
        Column(voice("fig_numerator"), "count"),
        Column(voice("fig_denominator"), "count"),
        Column(voice("fig_households"), "count"),
        Column(voice("fig_rate_percent"), "rate"),
        Column(voice("fig_low"), "rate"),
        Column(voice("fig_high"), "rate"),
        Column(voice("fig_model")),
        Column(voice("fig_official")),
        Column(voice("fig_evidence")),
    ]


def figure_row(figure: IndicatorFigure, line: Indicator, voice: Voice) -> list[Cell]:
    """One figure in a file: numbers as they were decided, words in the reader's language."""
    lang = voice.lang
    return [
        figure.code,
        line.en if lang == "en" else line.zh,
        part_name(figure, line, voice) if figure.part else "",
        terms.label("figure_stratum", figure.stratum, lang),
        terms.label("figure_unit", figure.unit, lang),
        figure.numerator,
        figure.denominator,
        figure.households,
        figure.rate,
        figure.low,
        figure.high,
        terms.label("figure_model", figure.model, lang) if figure.model else "",
        terms.label("official", figure.official, lang) if figure.official else "",
        evidence_word(figure, voice),
    ]


def all_figures(figure: IndicatorFigure) -> Sequence[IndicatorFigure]:
    """A figure and its parts, in order."""
    return (figure, *figure.parts)
