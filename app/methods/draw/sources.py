"""Where a seed may come from, how its parts are written, and how many outcomes it has.

A source is announced in the commitment, before anybody can know its outcome: dice (`DICE10X20`), a lottery with its
issue (`KL8-2026301`), or several parties who each hand in the hash of a value first and open it afterwards
(`PARTY3`). Components stand side by side with a dot and give their parts in that order. Below 40 bits someone who
may still change the coding of the frame could try values until one suits (statistics: a lottery of 10 bits lifts one
household from 2.0 % to 5.1 %), so such a source is refused. A party counts as one only: whoever opens last has seen
all other values, so a value that was not pledged before is worth nothing, and dice take its place.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from app.methods.draw.refusals import RefusedInput

FEWEST_BITS = 40

DICE10 = re.compile(r"[0-9]{20}", re.ASCII)
DICE6 = re.compile(r"[1-6]{26}", re.ASCII)
_COMPONENT = re.compile(
    r"DICE(?P<faces>10|6)X(?P<throws>[1-9][0-9]?)|PARTY(?P<parties>[2-9])|(?P<lottery>[A-Z0-9]+)-(?P<issue>[0-9]{1,10})",
    re.ASCII,
)


@dataclass(frozen=True)
class Lottery:
    """A state lottery: how its result is written, and how many results it has."""

    zh: str
    en: str
    pattern: re.Pattern[str]
    outcomes: int
    groups: tuple[int, ...] = ()
    """Sizes of the groups of balls that are drawn without replacement and written in ascending order."""


def _balls(*groups: int) -> re.Pattern[str]:
    return re.compile("-".join(r"[0-9]{2}" + rf"(?:\.[0-9]{{2}}){{{size - 1}}}" for size in groups), re.ASCII)


LOTTERIES = {
    "SSQ": Lottery("双色球", "6 of 33 and 1 of 16", _balls(6, 1), comb(33, 6) * 16, (6, 1)),
    "DLT": Lottery("大乐透", "5 of 35 and 2 of 12", _balls(5, 2), comb(35, 5) * comb(12, 2), (5, 2)),
    "KL8": Lottery("快乐8", "20 of 80", _balls(20), comb(80, 20), (20,)),
    "PL5": Lottery("排列5", "5 digits", re.compile(r"[0-9]{5}", re.ASCII), 10**5),
    "PL3": Lottery("排列3", "3 digits", re.compile(r"[0-9]{3}", re.ASCII), 10**3),
    "FC3D": Lottery("福彩3D", "3 digits", re.compile(r"[0-9]{3}", re.ASCII), 10**3),
}
_HIGHEST = {"SSQ": (33, 16), "DLT": (35, 12), "KL8": (80,)}


@dataclass(frozen=True)
class Part:
    """One part that a source announces: what it must look like, in words, and its number of outcomes."""

    pattern: re.Pattern[str]
    zh: str
    en: str
    outcomes: int
    lottery: str | None = None
    party: int | None = None

    def fits(self, text: object) -> bool:
        if not isinstance(text, str) or self.pattern.fullmatch(text) is None:
            return False
        return self.lottery is None or _is_drawn(self.lottery, text)


def _is_drawn(lottery: str, text: str) -> bool:
    """Balls ascend within their group and exist."""
    for group, highest in zip(text.split("-"), _HIGHEST.get(lottery, ()), strict=False):
        balls = [int(ball) for ball in group.split(".")]
        if balls != sorted(set(balls)) or not 1 <= balls[0] <= balls[-1] <= highest:
            return False
    return True


def parts_of(source: str) -> tuple[Part, ...] | None:
    """What the source announces, part by part, or None where these rules do not know it."""
    found: list[Part] = []
    parties = 0
    for component in source.split("."):
        match = _COMPONENT.fullmatch(component)
        if match is None or (match["lottery"] and match["lottery"] not in LOTTERIES):
            return None
        if match["parties"]:
            count, first = int(match["parties"]), parties + 1
            parties += count
            found += [_party(number, counts=number == 1) for number in range(first, first + count)]
        elif match["lottery"]:
            lottery = LOTTERIES[match["lottery"]]
            zh, en = f"{lottery.zh}第{match['issue']}期号码", f"{lottery.en}, issue {match['issue']}"
            found.append(Part(lottery.pattern, zh, en, lottery.outcomes, lottery=match["lottery"]))
        else:
            found.append(_dice(int(match["faces"]), int(match["throws"])))
    return tuple(found)


def _dice(faces: int, throws: int) -> Part:
    digits, said = ("[0-9]", "0–9") if faces == 10 else ("[1-6]", "1–6")
    pattern = re.compile(rf"{digits}{{{throws}}}", re.ASCII)
    return Part(pattern, f"{throws} 位数字 {said}", f"{throws} digits {said.replace('–', '-')}", int(faces) ** throws)


def _party(number: int, *, counts: bool) -> Part:
    """16 hexadecimal characters of a party's own, or dice in its place; all parties together count as one."""
    pattern = re.compile(rf"[0-9A-F]{{16}}|{DICE10.pattern}|{DICE6.pattern}", re.ASCII)
    zh = f"第{number}方的 16 位十六进制数(未按时公开的,当众掷 20 个十面骰或 26 个六面骰代替)"
    en = f"16 hexadecimal characters of party {number} (20 ten-sided or 26 six-sided dice if it does not open in time)"
    return Part(pattern, zh, en, 16**16 if counts else 1, party=number)


def bits_of(source: str) -> int | None:
    """Whole bits that the source is worth (rounded down), or None where these rules do not know it."""
    parts = parts_of(source)
    if parts is None:
        return None
    outcomes = 1
    for part in parts:
        outcomes *= part.outcomes
    return outcomes.bit_length() - 1


def check_source(source: str) -> tuple[Part, ...]:
    """The parts of a source fit for a draw; RefusedInput where it is unknown or worth less than 40 bits."""
    parts, bits = parts_of(source), bits_of(source)
    if parts is None or bits is None:
        known = "、".join(f"{code}-期号({each.zh})" for code, each in LOTTERIES.items())
        raise RefusedInput(
            f"不认识这种种子来源,算不出有多少种结果。可用 DICE10X20、DICE6X26、PARTY3、{known},几种之间用“.”连接",
            "this source is unknown, so its outcomes cannot be counted; use DICE10X20, DICE6X26, PARTY3 or "
            f"{', '.join(LOTTERIES)} with an issue, joined by '.'",
        )
    if bits < FEWEST_BITS:
        raise RefusedInput(
            f"{source} 只有约 {bits} 比特,少于 {FEWEST_BITS}:结果太少,事先改动名册编码就能挑人。"
            "请加骰子(如 20 个十面骰)或几期彩票一起用",
            f"{source} is worth {bits} bits only, fewer than {FEWEST_BITS}: with so few outcomes someone could try "
            "codings of the frame until one suits; add dice or more lotteries",
        )
    return parts


def pledge(draw: str, number: int, value: str) -> str:
    """What a party hands in before anybody opens: the hash of its value, bound to this draw and its place."""
    return hashlib.sha256(f"HHD1|P|{draw}|{number}|{value}".encode("ascii", "replace")).hexdigest()


def pledge_fault(draw: str, source: str, parts: Sequence[str], pledges: Sequence[str]) -> int | None:
    """The first part (from 1) of a party that is neither the value it pledged nor dice; None when all hold."""
    announced = parts_of(source) or ()
    for place, (part, text) in enumerate(zip(announced, parts, strict=False), start=1):
        if part.party is None or DICE10.fullmatch(text) or DICE6.fullmatch(text):
            continue
        if len(pledges) < part.party or pledge(draw, part.party, text) != pledges[part.party - 1]:
            return place
    return None
