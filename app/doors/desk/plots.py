"""From a satisfaction item of the contract to what a cell prints: counts, words, and where the marks stand.

The numbers arrive decided and rounded (`figures.indicators`); here they only get a place and a tone. The tone is
the evidence, never the official word: what is undecided looks undecided, however well the sample did.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.doors.desk.words import Voice
from app.figures.indicators.rules import Figure

TARGET_ITEMS = ("team", "helper", "effect")


@dataclass(frozen=True)
class Plot:
    """One bar on the 0–100 axis. Bounds are per cent as text; `tone`: undecided | met | not_met | few | plain | none.

    `plain` has no target and so no verdict. `lines`: published figures to compare with, each with its letter.
    """

    tone: str
    rate: str | None = None
    low: str | None = None
    high: str | None = None
    word: str = ""
    target: str | None = "90"
    lines: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Cell:
    """One item of one county, or of the city."""

    item: str
    count: str
    plot: Plot
    official: str | None = None
    evidence: str | None = None
    rate: str = ""
    low: str | None = None
    high: str | None = None
    sentence: str = ""
    small: str = ""
    href: str = ""
    is_chosen: bool = False


def tone_of(item: Mapping[str, Any]) -> str:
    """How the bar looks."""
    if item["rate"] is None:
        return "none"
    if item.get("official") == "too_few":
        return "few"
    return item.get("evidence") or "undecided"


def plot_of(item: Mapping[str, Any]) -> Plot:
    """The bar of an item; the reference item has no target, so no line and no mark of a verdict."""
    if item["item"] in TARGET_ITEMS:
        return Plot(tone_of(item), item["rate"], item["low"], item["high"])
    return Plot("none" if item["rate"] is None else "plain", item["rate"], item["low"], item["high"], target=None)


def sentence_of(item: Mapping[str, Any], voice: Voice) -> str:
    """The item in words (statistics §2.5): rate with its range, then what may be said."""
    if item["rate"] is None:
        return voice("sentence_none")
    numbers = {"n": item["n"], "s": item["satisfied"], "rate": item["rate"], "low": item["low"], "high": item["high"]}
    sentence = voice("sentence_rate", **numbers)
    evidence = item.get("evidence")
    return f"{sentence} {voice(f'sentence_{evidence}')}" if evidence else sentence


def sensitivity_of(figure: Figure, voice: Voice) -> str:
    """The two rates that change no verdict, where they differ from the rate (domain §3.2); else nothing."""
    if figure.rate is None or not (figure.tally.dont_know or figure.tally.neutral):
        return ""
    without = "—" if figure.without_dont_know is None else f"{figure.without_dont_know}%"
    return voice("sensitivity", dk=figure.tally.dont_know, without=without, neutral=f"{figure.with_neutral}%")


def cell_of(item: Mapping[str, Any], voice: Voice, *, href: str = "", chosen: str = "", small: str = "") -> Cell:
    """A cell from one element of the contract's `items`."""
    has_verdict = item["item"] in TARGET_ITEMS
    return Cell(
        item=item["item"],
        count=f"{item['satisfied']}/{item['n']}",
        plot=plot_of(item),
        official=item.get("official") if has_verdict else None,
        evidence=item.get("evidence") if has_verdict else None,
        rate=f"{item['rate']}%" if item["rate"] is not None else "",
        low=item["low"],
        high=item["high"],
        sentence=sentence_of(item, voice),
        small=small,
        href=href,
        is_chosen=chosen == item["item"],
    )


def three_of(cells: list[Cell]) -> str:
    """How many of the three target items are met; a dash where no official judgement is made."""
    words = [cell.official for cell in cells]
    if any(word in (None, "too_few") for word in words):
        return "—"
    return f"{words.count('met')} / {len(words)}"


def key_of(voice: Voice) -> list[Plot]:
    """The legend: the four looks of a bar with their words."""
    return [
        Plot("undecided", "90.00", "60.83", "99.33", voice("key_undecided")),
        Plot("met", "100.00", "90.17", "100.00", voice("key_met")),
        Plot("not_met", "60.00", "31.00", "84.67", voice("key_not_met")),
        Plot("few", "85.71", "48.00", "99.17", voice("key_few")),
    ]
