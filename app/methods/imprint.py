"""The imprint of a picture: 64 bits that survive saving anew, and how many of them two pictures differ in. Pure.

It is made of the middle above the time stamp (5–95 % across, 5–75 % down), 32 × 32 grey values: the signs of the
lowest 8 × 8 waves of a discrete cosine transform against their median (pHash). The whole stamped picture must never
be taken: the common stamp makes unrelated pictures alike. Crops of 5 % and mirror images escape it (statistics §5).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from math import cos, pi
from statistics import median

EDGE = 32
WAVES = 8
BOX = (0.05, 0.05, 0.95, 0.75)
"""Left, top, right, bottom of what is looked at, as parts of width and height."""
FLAT = 8.0
"""Grey values that spread no wider (standard deviation) show nothing: a dark or covered lens has no imprint."""
BITS = 64
_COSINES = [[cos((2 * at + 1) * wave * pi / (2 * EDGE)) for at in range(EDGE)] for wave in range(WAVES)]
BAND = 16
_NEAR = [0, *(1 << at for at in range(BAND)), *((1 << a) | (1 << b) for a, b in combinations(range(BAND), 2))]
FARTHEST = 10
"""Of four bands of a pair that differs in at most ten bits, one differs in at most two."""


def imprint_of(grey: Sequence[int]) -> int | None:
    """The imprint of 32 × 32 grey values, row by row; None for a picture that shows nothing."""
    mean = sum(grey) / len(grey)
    if sum((value - mean) ** 2 for value in grey) / len(grey) < FLAT * FLAT:
        return None
    rows = [grey[start : start + EDGE] for start in range(0, EDGE * EDGE, EDGE)]
    across = [[sum(map(float.__mul__, wave, map(float, row))) for wave in _COSINES] for row in rows]
    waves = [sum(wave[at] * across[at][x] for at in range(EDGE)) for wave in _COSINES for x in range(WAVES)]
    middle = median(waves[1:])
    return sum(1 << at for at, value in enumerate(waves) if value > middle)


def apart(one: int, other: int) -> int:
    """In how many bits two imprints differ."""
    return (one ^ other).bit_count()


def near_pairs(imprints: Sequence[int], since: int = 0) -> Iterator[tuple[int, int, int]]:
    """(place, earlier place, bits apart) of every pair of at most ten bits whose later one stands at `since` or after.

    Each is looked up by its four bands and what differs from these in two bits, so that hardly any pair is compared.
    """
    bands: list[dict[int, list[int]]] = [defaultdict(list) for _ in range(BITS // BAND)]
    for place, imprint in enumerate(imprints):
        words = [imprint >> (number * BAND) & ((1 << BAND) - 1) for number in range(len(bands))]
        if place >= since:
            met = {
                other
                for word, band in zip(words, bands, strict=True)
                for them in map(band.get, map(word.__xor__, _NEAR))
                if them
                for other in them
            }
            near = ((other, apart(imprint, imprints[other])) for other in sorted(met))
            yield from ((place, other, bits) for other, bits in near if bits <= FARTHEST)
        for word, band in zip(words, bands, strict=True):
            band[word].append(place)
