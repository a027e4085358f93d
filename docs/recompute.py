"""Compute every satisfaction figure of a closed round again, with nothing but Python and the published table.

    python3 recompute.py results.json        (the answer of GET /api/v1/rounds/CODE/results)

It reads counts (satisfied of n, households in the frame) and computes rate, official word, evidence word and interval
anew, from the definitions and not from Ruhu's code. It ends with 0 when all agree and names the first difference
otherwise. Definitions: the official rule is 10·s ≥ 9·n with at least 8 households; the evidence rule and the interval
are the exact hypergeometric ones with 5 % on each side (for the city the binomial and Clopper-Pearson).
"""

import hashlib
import json
import sys
from fractions import Fraction
from math import comb
from pathlib import Path

SIDE = Fraction(1, 20)


def hyper_at_least(s, n, k, big_n):
    """P(X >= s) when k of big_n are satisfied and n are drawn."""
    ways = sum(comb(k, x) * comb(big_n - k, n - x) for x in range(s, min(n, k) + 1) if n - x <= big_n - k)
    return Fraction(ways, comb(big_n, n))


def binom_at_least(s, n, p):
    """P(X >= s) of n independent answers, each satisfied with probability p."""
    return sum(comb(n, x) * p**x * (1 - p) ** (n - x) for x in range(s, n + 1))


def percent(value):
    """Two decimals, half up."""
    whole = (value * 10000 * 2 + 1) // 2
    return f"{int(whole) // 100}.{int(whole) % 100:02d}"


def county(s, n, big_n):
    """Evidence word and exact interval of a county."""
    lowest, highest = s, big_n - (n - s)
    need = -(-9 * big_n // 10)
    met = hyper_at_least(s, n, need - 1, big_n) <= SIDE if need - 1 >= 0 else True
    missed = 1 - hyper_at_least(s + 1, n, need, big_n) <= SIDE
    low = first(lowest, highest, lambda k: hyper_at_least(s, n, k, big_n) > SIDE)
    high = highest - first(0, highest - lowest, lambda d: 1 - hyper_at_least(s + 1, n, highest - d, big_n) > SIDE)
    word = "met" if met else "not_met" if missed else "undecided"
    return word, percent(Fraction(low, big_n)), percent(Fraction(high, big_n))


def first(low, high, holds):
    """The smallest whole number in [low, high] for which `holds`, once true always true."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def city(s, n):
    """Evidence word and Clopper-Pearson bounds, to a millionth of a point."""
    fine, goal = 10**8, Fraction(9, 10)
    low = 0 if s == 0 else first(0, fine, lambda k: binom_at_least(s, n, Fraction(k, fine)) > SIDE)
    less = 0 if s == n else first(0, fine, lambda d: 1 - binom_at_least(s + 1, n, Fraction(fine - d, fine)) > SIDE)
    met, missed = binom_at_least(s, n, goal) <= SIDE, 1 - binom_at_least(s + 1, n, goal) <= SIDE
    word = "met" if met else "not_met" if missed else "undecided"
    return word, percent(Fraction(low, fine)), percent(Fraction(fine - less, fine))


def expected(item, frame):
    """What the figures of one item must be."""
    s, n = item["satisfied"], item["n"]
    if n == 0:
        return {"rate": None, "evidence": None, "low": None, "high": None}
    big_n = None if frame is None else frame["exited" if item["item"] == "way" else "poor"]
    word, low, high = city(s, n) if big_n is None else county(s, n, max(big_n, n))
    official = "too_few" if frame is not None and n < 8 else "met" if 10 * s >= 9 * n else "missed"
    if item["item"] == "way":
        word = official = None
    return {"rate": percent(Fraction(s, n)), "official": official, "evidence": word, "low": low, "high": high}


def main(path):
    results = json.loads(Path(path).read_text(encoding="utf-8"))
    table = results["table"]
    text = json.dumps(table, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    whole = table["city"] is not None
    if whole and hashlib.sha256(text.encode()).hexdigest() != results["sha256"]:
        return f"the table does not have the digest {results['sha256']}"
    places = [(row["name"], row["frame"], row["items"]) for row in table["counties"]]
    for name, frame, items in [*places, *([("city", None, table["city"]["items"])] if whole else [])]:
        for item in items:
            for field, value in expected(item, frame).items():
                if item[field] != value:
                    return f"{name}, {item['item']}, {field}: published {item[field]}, computed {value}"
    return None


if __name__ == "__main__":
    fault = main(sys.argv[1])
    print(f"不一致 / Differs: {fault}" if fault else "一致 / Every figure is computed again and agrees.")
    sys.exit(1 if fault else 0)
