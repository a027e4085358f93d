"""Reading a phone's sealed export: pure, frame by frame, never more than one picture in memory.

Layout (pwa/src/sync/export.ts): one line of JSON, then frames of 4 bytes length and AES-256-GCM. The key is agreed for
this file, account and device; each frame's additional data holds the digest of the first line, the frame's number
and whether it is the last. So a frame that was changed, dropped or moved is noticed, and so is a file that was cut.
What comes before the fault is genuine and is kept.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.kernel.keys import Keys
from app.kernel.problems import Malformed
from app.survey.photos.rules import MAX_BYTES, is_digest

HEAD_LIMIT = 4096
FRAME_LIMIT = 4 * 2**20
RECORD, PICTURE, END = 1, 2, 9


class NotAnExport(Malformed):
    """The file is no sealed export, or not one for this service."""

    slug = "not-an-export"
    title_zh = "这不是给本系统的离线导出文件"
    title_en = "Not a sealed export for this service"


class FileCut(Exception):
    """From here on nothing in the file can be believed."""


@dataclass(frozen=True)
class Head:
    """The open line of an export."""

    key_id: str
    epk: bytes
    account: str
    device_id: UUID
    export_id: UUID
    made_at: str
    line: bytes


@dataclass(frozen=True)
class RecordFrame:
    """One op as it would have been sent: JSON of op_id, dev_seq, digest, body."""

    op: Any


@dataclass(frozen=True)
class PictureFrame:
    """One whole picture."""

    sha256: str
    data: bytes


@dataclass(frozen=True)
class EndFrame:
    """The phone's own count; only a whole file has it."""

    records: int
    photos: int


Frame = RecordFrame | PictureFrame | EndFrame


def read_head(file: BinaryIO) -> Head:
    """The first line, or NotAnExport."""
    line = file.readline(HEAD_LIMIT)
    try:
        said = json.loads(line)
        if said["format"] != "ruhu-export" or said["version"] != 1 or not line.endswith(b"\n"):
            raise ValueError("another format")
        return Head(
            key_id=str(said["key_id"]),
            epk=base64.b64decode(said["epk"], validate=True),
            account=str(said["account"]),
            device_id=UUID(said["device_id"]),
            export_id=UUID(said["export_id"]),
            made_at=str(said["made_at"])[:40],
            line=line,
        )
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error, RecursionError) as error:
        raise NotAnExport("什么也没有导入。请选手机上导出的 .ruhu 文件。", "Nothing was imported.") from error


def cipher_for(keys: Keys, head: Head) -> AESGCM:
    """The file's key; NotAnExport when it was made for another service or the service's secret has changed."""
    if head.key_id != keys.box_key()["key_id"]:
        raise NotAnExport(
            "什么也没有导入。文件是给另一个系统的,或者本系统换过密钥。",
            "Nothing was imported: the file is for another service, or this one's secret has changed.",
        )
    try:
        return keys.box_cipher(head.epk, f"export|{head.account}|{head.device_id}|{head.export_id}")
    except ValueError as error:
        raise NotAnExport("什么也没有导入,文件开头已损坏。", "Nothing was imported: its head is damaged.") from error


def frames(file: BinaryIO, cipher: AESGCM, head: Head) -> Iterator[Frame]:
    """Every frame in turn, ending with EndFrame; FileCut at the first that is missing or wrong."""
    parts: dict[str, list[bytes]] = {}
    for number, sealed in enumerate(_sealed_frames(file)):
        kind, content = _open(cipher, head, number, sealed)
        if kind == RECORD:
            yield RecordFrame(_json(content))
        elif kind == PICTURE:
            whole = _join(parts, content)
            if whole is not None:
                yield whole
        elif kind == END:
            said = _json(content)
            yield EndFrame(int(said.get("records", 0)), int(said.get("photos", 0)))
            return
    raise FileCut("no end")


def _sealed_frames(file: BinaryIO) -> Iterator[bytes]:
    while True:
        length = int.from_bytes(_exactly(file, 4), "big")
        if not 17 <= length <= FRAME_LIMIT:
            raise FileCut("length")
        yield _exactly(file, length)


def _exactly(file: BinaryIO, length: int) -> bytes:
    data = file.read(length)
    if len(data) != length:
        raise FileCut("short")
    return data


def _open(cipher: AESGCM, head: Head, number: int, sealed: bytes) -> tuple[int, bytes]:
    bound = hashlib.sha256(head.line).hexdigest()
    nonce = bytes(8) + number.to_bytes(4, "big")
    for is_last in (False, True):
        try:
            plain = cipher.decrypt(nonce, sealed, f"{bound}|{number}|{'last' if is_last else 'more'}".encode())
        except InvalidTag:
            continue
        if is_last == (plain[0] == END):
            return plain[0], plain[1:]
    raise FileCut("changed")


def _join(parts: dict[str, list[bytes]], content: bytes) -> PictureFrame | None:
    """The picture once its last part has come; parts of a picture follow one another."""
    length = int.from_bytes(content[:4], "big")
    about, data = _json(content[4 : 4 + length]), content[4 + length :]
    sha256, n, of = str(about.get("sha256")), about.get("n"), about.get("of")
    mine = parts.setdefault(sha256, [])
    if not is_digest(sha256) or n != len(mine) or sum(map(len, mine)) + len(data) > MAX_BYTES:
        raise FileCut("picture")
    mine.append(data)
    return PictureFrame(sha256, b"".join(parts.pop(sha256))) if n + 1 == of else None


def _json(content: bytes) -> Any:
    try:
        said = json.loads(content.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise FileCut("json") from error
    if not isinstance(said, dict):
        raise FileCut("json")
    return said
