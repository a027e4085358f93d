"""Pure rules of pictures: reading an announcement, naming an object, the words of a refusal.

An announcement may be any JSON at all: what can be used is used, so that a picture whose digest is readable can
still arrive, and what is wrong becomes a reason at the record.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.kernel.problems import Fault

MAX_BYTES = 20_000_000
"""The largest picture the house takes."""

MAX_PUT_BYTES = 2**20
"""The largest picture one PUT takes; larger ones come in parts."""

MAX_PIXELS = 50_000_000
"""Above this a picture is refused before it is decoded (ASVS 5.0, 5.2.6)."""

MAX_PER_OP = 200
"""Pictures that one record may announce."""

VIEW_EDGE = 1920
THUMB_EDGE = 320
"""Longest edge of what is shown, in pixels."""

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class Reason(StrEnum):
    """Why kept bytes are no picture that can be shown."""

    EMPTY = "empty"
    NOT_A_PICTURE = "not_a_picture"
    TOO_MANY_PIXELS = "too_many_pixels"
    BROKEN = "broken"
    TOO_COSTLY = "too_costly"


REASON_WORDS: dict[Reason, tuple[str, str]] = {
    Reason.EMPTY: ("文件是空的", "the file is empty"),
    Reason.NOT_A_PICTURE: ("不是 JPEG、PNG 或 WebP 图片", "it is not a JPEG, PNG or WebP picture"),
    Reason.TOO_MANY_PIXELS: ("超过 5000 万像素", "it has more than 50 million pixels"),
    Reason.BROKEN: ("图片不完整或已损坏", "the picture is incomplete or damaged"),
    Reason.TOO_COSTLY: ("打开这张图片需要过多内存或时间", "opening it takes too much memory or time"),
}


@dataclass(frozen=True)
class Picture:
    """What the bytes turned out to be; `reason` says why they are refused."""

    type: str = "application/octet-stream"
    width: int = 0
    height: int = 0
    reason: Reason | None = None
    imprint: int | None = field(default=None, compare=False)
    """What its middle looks like (methods.imprint); None where it shows nothing."""

    @property
    def imprint_text(self) -> str:
        """The imprint as a row keeps it."""
        return "" if self.imprint is None else f"{self.imprint:016x}"


@dataclass(frozen=True)
class Announcement:
    """One usable line of a record's photo list."""

    photo_id: UUID
    sha256: str
    bytes: int
    type: str
    question: str


def is_digest(text: object) -> bool:
    """Whether this is a SHA-256 in lower-case hex."""
    return isinstance(text, str) and _DIGEST.fullmatch(text) is not None


def object_key(county_id: int, received_at: datetime, sha256: str) -> str:
    """`{county_id}/{yyyymm}/{sha256}`, the month (UTC) in which the announcing op came."""
    return f"{county_id}/{received_at.astimezone(UTC):%Y%m}/{sha256}"


def derived_key(key: str, size: str) -> str:
    """Where the re-encoded picture lies: beside the original, safe to lose."""
    return f"{key}.{size}"


def read_announcements(photos: Any) -> tuple[list[Announcement], list[Fault]]:
    """The usable lines of `photos` as a record brought it, and everything that is wrong with it."""
    if photos is None:
        return [], []
    if not isinstance(photos, list):
        return [], [Fault("#/photos", "照片清单应是列表", "The list of photos must be a list")]
    usable: dict[tuple[UUID, str], Announcement] = {}
    faults: list[Fault] = []
    for place, entry in enumerate(photos[:MAX_PER_OP]):
        line, wrong = _read_line(f"#/photos/{place}", entry)
        faults += wrong
        if line is not None:
            usable.setdefault((line.photo_id, line.sha256), line)
    if len(photos) > MAX_PER_OP:
        faults.append(Fault("#/photos", f"一条记录最多{MAX_PER_OP}张照片", f"At most {MAX_PER_OP} photos in a record"))
    return list(usable.values()), faults + _doubles(list(usable.values()))


def _doubles(lines: Sequence[Announcement]) -> list[Fault]:
    if len({line.photo_id for line in lines}) == len(lines):
        return []
    return [Fault("#/photos", "两张照片用了同一个编号", "Two photos carry one photo_id")]


def _read_line(pointer: str, entry: Any) -> tuple[Announcement | None, list[Fault]]:
    if not isinstance(entry, dict):
        return None, [Fault(pointer, "照片应是对象", "A photo must be an object")]
    faults: list[Fault] = []
    photo_id = _uuid(entry.get("photo_id"))
    if photo_id is None:
        faults.append(Fault(f"{pointer}/photo_id", "照片编号不是 UUID", "photo_id is no UUID"))
    sha256 = entry.get("sha256")
    if not is_digest(sha256):
        faults.append(Fault(f"{pointer}/sha256", "应为64位小写十六进制", "Must be 64 lower-case hex digits"))
    size = entry.get("bytes")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= MAX_BYTES:
        faults.append(Fault(f"{pointer}/bytes", "照片应不超过20 MB", "A photo has at most 20 MB"))
        size = 0
    texts = {}
    for name, limit in (("type", 40), ("question", 200)):
        value = entry.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= limit:
            faults.append(Fault(f"{pointer}/{name}", "缺少或不是文字", "Missing, or no short text"))
        texts[name] = _storable(value, limit)
    if photo_id is None or not is_digest(sha256):
        return None, faults
    return Announcement(photo_id, str(sha256), size, texts["type"], texts["question"]), faults


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _storable(value: Any, limit: int) -> str:
    """Text that any database takes: no NUL, no lone surrogates, not too long."""
    if not isinstance(value, str):
        return ""
    return value[:limit].replace("\0", "").encode("utf-8", "replace").decode()


_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII | re.IGNORECASE)


def part_of(asked: str, size: int) -> tuple[int, int] | None:
    """Start and end (behind the last byte) of a `Range` header; empty where it lies behind the end.

    None: send the whole. Several parts at once and what is malformed are ignored, as RFC 9110 §14.2 lets us.
    """
    match = _RANGE.fullmatch(asked.strip())
    first, last = match.groups() if match else ("", "")
    if not first:
        return (max(0, size - int(last)), size) if last else None
    if last and int(last) < int(first):
        return None
    return int(first), min(size, int(last) + 1) if last else size
