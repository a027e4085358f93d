"""Choices in an order drawn from a seed, the same in every XLSForm tool; twin of pwa/src/domain/form/shuffle.ts.

The generator is Park and Miller's minimal standard (a = 16807, m = 2**31 - 1) and the shuffle Fisher and Yates' inside
out, as ODK XForms specifies for `randomize()`. The seed is an answer of the record, so that anyone can see later in
which order the choices stood.
"""

import math
from collections.abc import Sequence
from typing import TypeVar

Listed = TypeVar("Listed")
MODULO = 2_147_483_647
STEP = 16_807
PRIME = 16_777_619


def shuffled(values: Sequence[Listed], seed: float) -> list[Listed]:
    """The values in the order of a seed; what is no number counts as 0."""
    state = math.fmod(math.trunc(seed), MODULO) if math.isfinite(seed) else 0.0
    if state <= 0:
        state += MODULO - 1
    out: list[Listed] = []
    for at, value in enumerate(values):
        state = math.fmod(state * STEP, MODULO)
        other = math.floor((state - 1) / (MODULO - 1) * (at + 1))
        out.append(value)
        if other != at:
            out[at], out[other] = out[other], value
    return out


def seed_of(*words: str) -> int:
    """A seed from 1 to 2**31 - 2 for a new record: FNV-1a over what tells it apart. Not a secret, not a draw."""
    found = 2_166_136_261
    for byte in "|".join(words).encode("utf-16-le"):
        found = ((found ^ byte) * PRIME) & 0xFFFFFFFF
    return found % (MODULO - 1) + 1
