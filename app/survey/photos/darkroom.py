"""A process of its own in which pictures are opened, one bounded child a picture. Run as a script, never imported
by the service: it knows Pillow and nothing of the house, its files or its database.

The parent hands over two descriptors, the picture and a pipe for the answer; a fork of this process sets its own
limits (memory, CPU, no files written, few descriptors, a wall clock) and only then lets Pillow look. Whatever
happens in there, a flood of pixels or a crash, ends that child alone, and the parent reads "no answer".
Answer: one line of JSON, then, if a size was asked for, the bytes of the fresh JPEG.
"""

import base64
import contextlib
import gc
import io
import json
import os
import resource
import signal
import socket
import sys
from typing import Any

from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError, WebPImagePlugin

FORMATS = ("JPEG", "PNG", "WEBP")
TYPES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
MEMORY_BYTES = 300 * 2**20
CPU_SECONDS = 10
WALL_SECONDS = 30
QUALITY = 82
_LOADED = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin)  # here, and not anew in every child


def bound_this_process() -> None:
    """From here on this process is harmless."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(WALL_SECONDS)


def look(file: Any, order: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Open, bound, decode; with `edge` > 0 also shrink and encode anew without any metadata."""
    if os.fstat(file.fileno()).st_size == 0:
        return {"reason": "empty"}, b""
    try:
        picture = Image.open(file, formats=FORMATS)
    except UnidentifiedImageError:
        return {"reason": "not_a_picture"}, b""
    width, height = picture.size
    if width * height > order["max_pixels"]:
        return {"reason": "too_many_pixels"}, b""
    edge = order["edge"]
    picture.draft("RGB", (edge or 100, edge or 100))  # JPEG alone: decodes small, yet reads every byte
    picture.load()
    facts = {"type": TYPES[picture.format or ""], "width": width, "height": height}
    if not edge:
        facts["grey"] = base64.b64encode(grey_middle(picture, order)).decode()
    return facts, print_anew(picture, edge) if edge else b""


def grey_middle(picture: Image.Image, order: dict[str, Any]) -> bytes:
    """The part of the upright picture that the order names, as so many grey values a side."""
    plain = picture.convert("RGB") if picture.mode == "P" else picture
    plain.thumbnail((400, 400), Image.Resampling.BOX)
    with contextlib.suppress(Exception):  # EXIF that lies: the picture is taken as it lies
        plain = ImageOps.exif_transpose(plain)
    width, height = plain.size
    left, top, right, bottom = order["box"]
    box = (left * width, top * height, right * width, bottom * height)
    return plain.convert("L").resize((order["side"],) * 2, Image.Resampling.BOX, box=box).tobytes()


def print_anew(picture: Image.Image, edge: int) -> bytes:
    """A JPEG of at most `edge` pixels a side, upright, on white, with no EXIF, profile or comment."""
    if picture.mode == "P":  # a palette cannot be averaged
        picture = picture.convert("RGBA")
    picture.thumbnail((edge, edge), Image.Resampling.BILINEAR)
    try:
        upright = ImageOps.exif_transpose(picture)
    except Exception:  # EXIF that lies: the picture is shown as it lies
        upright = picture
    if upright.has_transparency_data:
        layer = upright.convert("RGBA")
        upright = Image.new("RGB", layer.size, "white")
        upright.paste(layer, mask=layer.getchannel("A"))
    sheet = io.BytesIO()
    clean = Image.frombytes("RGB", upright.size, upright.convert("RGB").tobytes())
    clean.save(sheet, "JPEG", quality=QUALITY)
    return sheet.getvalue()


def answer(picture: int, reply: int, order: dict[str, Any]) -> None:
    """The whole life of a child."""
    bound_this_process()
    try:
        with os.fdopen(picture, "rb") as file:
            facts, sheet = look(file, order)
    except MemoryError:
        facts, sheet = {"reason": "too_costly"}, b""
    except Exception:
        facts, sheet = {"reason": "broken"}, b""
    with os.fdopen(reply, "wb") as pipe:
        pipe.write(json.dumps(facts).encode() + b"\n" + sheet)


def reap(*_: object) -> None:
    """Take leave of the children that ended, so that what they cost is counted with this process."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def serve(orders: socket.socket) -> None:
    """Fork a child for every order until the service goes away."""
    signal.signal(signal.SIGCHLD, reap)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Image.preinit()
    gc.collect()
    gc.freeze()  # children share these pages instead of copying them
    Image.MAX_IMAGE_PIXELS = None  # our own bound is checked before anything is decoded
    while True:
        message, descriptors, _flags, _address = socket.recv_fds(orders, 4096, 2)
        if not message:
            return
        if os.fork() == 0:
            try:
                orders.close()
                answer(descriptors[0], descriptors[1], json.loads(message))
            finally:
                os._exit(0)
        for descriptor in descriptors:
            os.close(descriptor)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
