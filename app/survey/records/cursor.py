"""The place of a puller: how far it has read each county, within one life of the database.

Opaque text for phones. A cursor of another epoch (the server was restored from a backup) or of no meaning at all
begins from the start, and says so, instead of skipping what has other numbers now.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cursor:
    """Epoch, and county id → last sequence number read."""

    epoch: str
    read: Mapping[int, int] = field(default_factory=dict)

    def __str__(self) -> str:
        counties = {str(county): seq for county, seq in sorted(self.read.items())}
        text = json.dumps({"epoch": self.epoch, "read": counties}, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode()

    def after(self, county_id: int) -> int:
        """The last number read of a county, 0 for none."""
        return self.read.get(county_id, 0)


def read_cursor(text: str, epoch: str) -> tuple[Cursor, bool]:
    """The cursor, and whether it had to begin anew: another epoch, or not a cursor."""
    if not text:
        return Cursor(epoch), False
    try:
        data = json.loads(base64.urlsafe_b64decode(text.encode("ascii")))
        read = {int(county): int(seq) for county, seq in data["read"].items()}
        if data["epoch"] != epoch or any(not 0 <= seq < 2**63 for seq in read.values()):
            return Cursor(epoch), True
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return Cursor(epoch), True
    return Cursor(epoch, read), False
