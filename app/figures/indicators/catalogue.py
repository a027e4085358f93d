"""What an indicator is, as data: formula, exclusions, direction, target, unit, benchmarks and their sources.

The rules that count stand beside it (counting.py); the lines themselves in yc2017.py. A figure is always printed with
the scheme's name, so that another year's scheme is another list and never a change of this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.figures.indicators.sources import OURS, Source
from app.methods.estimates import Share


class Unit(StrEnum):
    """What is counted (terms: figure_unit)."""

    HOUSEHOLD = "household"
    PERSON = "person"
    YUAN = "yuan"
    ANSWER = "answer"
    DOCUMENT = "document"
    RECORD = "record"
    CADRE = "cadre"
    ITEM = "item"
    PAIR = "pair"
    """A helper and a household."""


class Direction(StrEnum):
    """Which way is good."""

    UP = "up"
    DOWN = "down"
    NONE = "none"


@dataclass(frozen=True)
class Target:
    """What has to be reached: `at_least` a share, `at_most` it, or `below` it; decided in whole numbers."""

    kind: str
    share: Share

    def is_met(self, x: int, y: int) -> bool:
        """Whether x of y reaches it exactly; never from a rounded rate."""
        left, right = self.share.whole * x, self.share.part * y
        return left >= right if self.kind == "at_least" else left <= right if self.kind == "at_most" else left < right

    @property
    def is_ceiling(self) -> bool:
        """Whether fewer are better."""
        return self.kind != "at_least"

    def fewest_good(self, frame: int) -> int:
        """The fewest good households with which a frame of so many reaches it; of a ceiling, the good are the rest."""
        if self.kind == "at_least":
            return -(-frame * self.share.part // self.share.whole)
        most_bad = frame * self.share.part // self.share.whole
        if self.kind == "below" and most_bad * self.share.whole == frame * self.share.part:
            most_bad -= 1
        return frame - max(most_bad, 0)

    @property
    def good_share(self) -> Share:
        """The share of good ones at the border."""
        if self.kind == "at_least":
            return self.share
        return Share(self.share.whole - self.share.part, self.share.whole)

    def text(self) -> str:
        """`≥ 90%`, `< 2%`, `≤ 0%`."""
        sign = {"at_least": "≥", "at_most": "≤", "below": "<"}[self.kind]
        return f"{sign} {self.share.text().removesuffix('.00')}%"


@dataclass(frozen=True)
class Benchmark:
    """A published figure to stand beside ours, as text: its counts are not known unless they are given."""

    text: str
    zh: str
    en: str
    source: Source
    counts: tuple[int, int] | None = None
    among: int | None = None
    """How many households the rate was published of, where its count was not."""

    @property
    def possible(self) -> tuple[int, ...] | None:
        """The counts of `among` that give the published rate: 91 % of 199 are 181 or 182; None where not asked."""
        return None if self.among is None else counts_behind(self.text, self.among)


def counts_behind(text: str, n: int) -> tuple[int, ...]:
    """Every whole count of n households that is printed as this rate (half up, as many decimals as it has)."""
    digits = text.removesuffix("%")
    scale = 10 ** len(digits.partition(".")[2])
    wanted = int(digits.replace(".", ""))
    return tuple(k for k in range(n + 1) if (200 * scale * k + n) // (2 * n) == wanted)


@dataclass(frozen=True)
class Part:
    """A second figure of an indicator: `sub` stands beside the main one, `sensitivity` is shown small."""

    name: str
    zh: str
    en: str
    role: str = "sub"
    unit: Unit | None = None
    kinds: tuple[str, ...] | None = None
    frame: str | None = None
    is_judged: bool = False
    """Whether the indicator's target is asked of this part too."""


@dataclass(frozen=True)
class Indicator:
    """One line of the scheme. `kinds`: whose households are summed; `frame`: which known N the interval rests on."""

    code: str
    zh: str
    en: str
    formula_zh: str
    formula_en: str
    excluded_zh: str = ""
    excluded_en: str = ""
    direction: Direction = Direction.UP
    target: Target | None = None
    fewest: int = 1
    """Below so many no official judgement is given."""
    unit: Unit = Unit.HOUSEHOLD
    kinds: tuple[str, ...] = ("poor",)
    frame: str | None = None
    parts: tuple[Part, ...] = ()
    benchmarks: tuple[Benchmark, ...] = ()
    source: Source = OURS
    """Beside the lines, in sources.py."""
    has_main: bool = True
    """False where only its parts are figures and no sum of them means anything."""
    waits_for: str | None = None
    """The room that will bring its facts, while there is none."""

    def part(self, name: str) -> Part | None:
        return next((each for each in self.parts if each.name == name), None)

    def as_dict(self) -> dict[str, Any]:
        """The shape of `/indicators`."""
        return {
            "code": self.code,
            "name": {"zh": self.zh, "en": self.en},
            "formula": {"zh": self.formula_zh, "en": self.formula_en},
            "excluded": {"zh": self.excluded_zh, "en": self.excluded_en},
            "direction": self.direction.value,
            "target": self.target and self.target.text(),
            "unit": self.unit.value,
            "stratum": self.stratum,
            "source": self.source.as_dict(),
            "waits_for": self.waits_for,
            "parts": [
                {"part": part.name, "role": part.role, "name": {"zh": part.zh, "en": part.en}} for part in self.parts
            ],
            "benchmarks": [
                {"text": each.text, "of": {"zh": each.zh, "en": each.en}, "source": each.source.as_dict(),
                 "counts": each.counts and list(each.counts), "among": each.among,
                 "possible": None if each.possible is None else list(each.possible)}
                for each in self.benchmarks
            ],
        }  # fmt: skip

    @property
    def stratum(self) -> str:
        """`poor`, `non_poor` or `all`: printed beside the figure, so that the two are never silently mixed."""
        return self.kinds[0] if len(self.kinds) == 1 else "all"


def at_least(part: int, whole: int = 100) -> Target:
    """A floor in hundredths unless said otherwise."""
    return Target("at_least", Share(part, whole))


def at_most(part: int, whole: int = 100) -> Target:
    """A ceiling that itself is allowed."""
    return Target("at_most", Share(part, whole))


def below(part: int, whole: int = 100) -> Target:
    """A ceiling that must not be reached."""
    return Target("below", Share(part, whole))


def by_code(lines: tuple[Indicator, ...]) -> Mapping[str, Indicator]:
    """The lines of a scheme by their codes; a code twice is a fault of the scheme."""
    found = {line.code: line for line in lines}
    if len(found) != len(lines):
        raise ValueError("an indicator stands in the scheme twice")
    return found
