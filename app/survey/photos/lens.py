"""The service's side of the darkroom: one at work for the whole process, at most two pictures open at once.

The darkroom is started with the first picture and again whenever it is found dead. A picture that twice gets no
answer (its child was killed by its limits, or crashed) is too costly to open; the service itself never decodes.
"""

import atexit
import base64
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from app.methods.imprint import BOX, EDGE, imprint_of
from app.survey.photos.rules import MAX_PIXELS, Picture, Reason

AT_ONCE = 2
LONGEST = 4000
"""Characters of the line that tells what a picture is."""
_SCRIPT = Path(__file__).with_name("darkroom.py")
_turns = threading.BoundedSemaphore(AT_ONCE)
_door = threading.Lock()
_darkroom: "_Darkroom | None" = None


class _Darkroom:
    """A running darkroom and the line to it."""

    def __init__(self) -> None:
        self.line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            number = theirs.fileno()
            command = [sys.executable, "-I", str(_SCRIPT), str(number)]
            self.process = subprocess.Popen(command, pass_fds=[number], stdin=subprocess.DEVNULL, env={})

    def close(self) -> None:
        self.line.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def inspect(path: Path) -> Picture:
    """Whether the file is a picture that can be shown, and which."""
    with path.open("rb") as file:
        return _examine(file.fileno(), 0)[0]


def look_at(data: bytes) -> Picture:
    """The same of bytes in memory."""
    with _in_memory(data) as file:
        return _examine(file.fileno(), 0)[0]


def print_anew(data: bytes, edge: int) -> bytes | None:
    """A fresh JPEG of at most `edge` pixels a side without metadata, or None when the picture will not open."""
    with _in_memory(data) as file:
        sheet = _examine(file.fileno(), edge)[1]
    return sheet or None


def _in_memory(data: bytes) -> BinaryIO:
    file = os.fdopen(os.memfd_create("picture"), "w+b")
    file.write(data)
    file.flush()
    file.seek(0)
    return file


def _examine(picture: int, edge: int) -> tuple[Picture, bytes]:
    head, sheet = _ask(picture, edge)
    if not head:
        os.lseek(picture, 0, os.SEEK_SET)
        head, sheet = _ask(picture, edge)
    return _picture(head), sheet


def _ask(picture: int, edge: int) -> tuple[bytes, bytes]:
    order = json.dumps({"edge": edge, "max_pixels": MAX_PIXELS, "box": BOX, "side": EDGE}).encode()
    with _turns:
        reader, writer = os.pipe()
        with os.fdopen(reader, "rb") as reply:
            try:
                _send(order, [picture, writer])
            finally:
                os.close(writer)
            return reply.readline(LONGEST), reply.read()


def _picture(head: bytes) -> Picture:
    try:
        facts = json.loads(head)
        if "reason" in facts:
            return Picture(reason=Reason(facts["reason"]))
        grey = base64.b64decode(facts.get("grey", ""))
        imprint = imprint_of(grey) if len(grey) == EDGE * EDGE else None
        return Picture(str(facts["type"]), int(facts["width"]), int(facts["height"]), imprint=imprint)
    except (ValueError, KeyError, TypeError):
        return Picture(reason=Reason.TOO_COSTLY)


def _send(order: bytes, descriptors: list[int]) -> None:
    """Hand the order over, to a fresh darkroom if the old one is gone."""
    global _darkroom
    with _door:
        for attempt in (1, 2):
            if _darkroom is None or _darkroom.process.poll() is not None:
                if _darkroom is not None:
                    _darkroom.close()
                _darkroom = _Darkroom()
            try:
                socket.send_fds(_darkroom.line, [order], descriptors)
                return
            except OSError:
                _darkroom.close()
                _darkroom = None
                if attempt == 2:
                    raise


@atexit.register
def close() -> None:
    """End the darkroom; the next picture starts another."""
    global _darkroom
    with _door:
        if _darkroom is not None:
            _darkroom.close()
            _darkroom = None
