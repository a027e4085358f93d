"""A line between phones and service that exists only in memory: what is on its way may vanish, double, change or lie.

Everything is drawn from the one generator that it is given, so a seed repeats a whole history. Like a real line it can
never make a signature of the service.
"""

import json
import random
from dataclasses import dataclass, replace

FAULTS = ("drop", "twice", "cut", "change")
REPLY_FAULTS = (*FAULTS, "lie", "replay")
PROVEN = ("sync", "photo", "verify")
"""What proves itself end to end: receipts and proofs are signed, records and pictures have their digests."""
PORTAL = b"<html><title>Free WiFi</title>Please sign in</html>"


@dataclass(frozen=True)
class Parcel:
    """One request or reply. `call` names the request that a reply belongs to."""

    phone: str
    call: int
    kind: str
    data: bytes
    is_reply: bool = False
    status: int = 200
    address: str = ""


class Line:
    """Parcels on their way, and what befalls them. `harm` is the share that anything befalls."""

    def __init__(self, rng: random.Random, harm: float = 0.3) -> None:
        self.rng, self.harm = rng, harm
        self.going: list[Parcel] = []
        self.seen_replies: list[Parcel] = []
        self.happened: dict[str, int] = {}

    def post(self, parcel: Parcel) -> None:
        """Hand something to the line. What carries neither digest nor signature is as safe as TLS makes it."""
        if parcel.is_reply:
            self.seen_replies = [*self.seen_replies[-20:], parcel]
        if self.rng.random() >= self.harm:
            self.going.append(parcel)
            return
        what = self.rng.choice(REPLY_FAULTS if parcel.is_reply else FAULTS)
        if parcel.kind not in PROVEN and what in ("change", "replay"):
            what = "drop"
        self.happened[what] = self.happened.get(what, 0) + 1
        self.going += getattr(self, f"_{what}")(parcel)

    def next(self) -> Parcel | None:
        """Any of the parcels: nothing keeps their order."""
        return self.going.pop(self.rng.randrange(len(self.going))) if self.going else None

    def break_off(self) -> None:
        """Every open connection dies."""
        self.going.clear()

    def _drop(self, _parcel: Parcel) -> list[Parcel]:
        return []

    def _twice(self, parcel: Parcel) -> list[Parcel]:
        return [parcel, parcel]

    def _cut(self, parcel: Parcel) -> list[Parcel]:
        return [replace(parcel, data=parcel.data[: self.rng.randrange(len(parcel.data) + 1)])]

    def _change(self, parcel: Parcel) -> list[Parcel]:
        """One letter inside what is carried; in an envelope inside a body, so that it is still an envelope."""
        data = bytearray(parcel.data)
        if data:
            marks = [at for at in range(len(data)) if data[at : at + 5] == b"drill"]
            at = self.rng.choice(marks) if marks else self.rng.randrange(len(data))
            data[at] = data[at] ^ 1
        return [replace(parcel, data=bytes(data))]

    def _lie(self, parcel: Parcel) -> list[Parcel]:
        """Somebody else answers in the service's place."""
        lies = [PORTAL, b"{}", b"", b"null", json.dumps({"results": "ok", "sha256": None}).encode()]
        return [replace(parcel, data=self.rng.choice(lies), status=self.rng.choice([200, 200, 302, 502]))]

    def _replay(self, parcel: Parcel) -> list[Parcel]:
        """An answer to another question, of any phone."""
        other = self.rng.choice(self.seen_replies)
        return [replace(parcel, data=other.data, status=other.status)]
