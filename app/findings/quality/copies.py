"""Pictures that appear at two households (F03): the same bytes, or nearly the same picture. Pure.

Measured on re-saved and stamped photos: at most six bits apart is a copy as far as anybody can tell, seven to ten
asks for a look, and of 71,424 unrelated pairs none came nearer than fourteen (domain §5, methods.imprint). Signatures
are left out, and whatever belongs to one household: a correction repeats its pictures.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from app.findings.quality.doubts import Doubt, Severity
from app.findings.quality.patterns import Raised
from app.methods.imprint import BITS, near_pairs

NEAR = 6
MOST_TOLD = 50
"""Of one picture at more households than these the rest is not compared again: one question each is enough."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of a record; `imprint` None where it has none or has not come."""

    op_id: UUID
    household: str
    sha256: str
    imprint: int | None = None
    is_fresh: bool = True
    """Whether it came or began to count since it was last compared."""


def copied_pictures(shots: Sequence[Shot]) -> Iterator[Raised]:
    """Each record that shares a picture with another household: by bytes, else by the nearest look-alike."""
    same = _same_bytes(shots)
    for op_id, others in same.items():
        yield op_id, Doubt("F03", "same", Severity.HIGH, {"pictures": len(others), "other": str(min(others.values()))})
    for op_id, (bits, other) in _look_alikes(shots).items():
        if op_id in same:
            continue
        if bits <= NEAR:
            yield op_id, Doubt("F03", "near", Severity.MID, {"bits": bits, "other": str(other)})
        else:
            yield op_id, Doubt("F03", "similar", Severity.INFO, {"bits": bits, "other": str(other)})


def _same_bytes(shots: Sequence[Shot]) -> dict[UUID, dict[str, UUID]]:
    """Record → digest of a picture → another household's record with it."""
    by_digest: dict[str, list[Shot]] = defaultdict(list)
    for shot in shots:
        by_digest[shot.sha256].append(shot)
    found: dict[UUID, dict[str, UUID]] = defaultdict(dict)
    for them in by_digest.values():
        if len({shot.household for shot in them}) < 2:
            continue
        for shot in them:
            other = next(each for each in them if each.household != shot.household)
            found[shot.op_id][shot.sha256] = other.op_id
    return found


def _look_alikes(shots: Sequence[Shot]) -> dict[UUID, tuple[int, UUID]]:
    """Record → bits apart and record of the nearest picture at another household, where either of the two is fresh."""
    holders: dict[int, dict[str, UUID]] = defaultdict(dict)
    for shot in sorted(shots, key=lambda each: each.is_fresh):
        if shot.imprint is not None:
            holders[shot.imprint].setdefault(shot.household, shot.op_id)
    fresh = {shot.imprint for shot in shots if shot.is_fresh}
    imprints = sorted(holders, key=lambda imprint: imprint in fresh)
    pairs = [(imprint, imprint, 0) for imprint, them in holders.items() if len(them) > 1]
    since = sum(imprint not in fresh for imprint in imprints)
    pairs += [(imprints[one], imprints[other], bits) for one, other, bits in near_pairs(imprints, since)]
    nearest: dict[UUID, tuple[int, UUID]] = {}
    for one, other, bits in pairs:
        for home, op_id in islice(holders[one].items(), MOST_TOLD):
            for there, twin in islice(holders[other].items(), MOST_TOLD):
                if home != there:
                    for record, partner in ((op_id, twin), (twin, op_id)):
                        nearest[record] = min(nearest.get(record, (BEYOND, partner)), (bits, partner))
    return nearest


BEYOND = BITS + 1
