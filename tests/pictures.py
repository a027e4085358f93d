"""Pictures made by code: good ones as phones take them, and a corpus of hostile ones. Nothing is downloaded."""

import hashlib
import io
import random
import struct
import zipfile
import zlib

from PIL import Image, ImageDraw, PngImagePlugin


def digest(data: bytes) -> str:
    """SHA-256 in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def photo(seed: int = 1, size: tuple[int, int] = (1600, 1200), quality: int = 72, *, kind: str = "JPEG") -> bytes:
    """A picture with edges and grain, different for every seed; about 300 KB at the default size."""
    rng = random.Random(seed)
    small = Image.frombytes("RGB", (80, 60), rng.randbytes(80 * 60 * 3))
    picture = small.resize(size, Image.Resampling.BICUBIC)
    grain = Image.effect_noise(size, 22).convert("RGB")
    picture = Image.blend(picture, grain, 0.35)
    draw = ImageDraw.Draw(picture)
    for _ in range(40):
        x, y = rng.randrange(size[0]), rng.randrange(size[1])
        draw.rectangle((x, y, x + 90, y + 60), outline=(rng.randrange(256), 90, 120), width=3)
    out = io.BytesIO()
    picture.save(out, kind, quality=quality)
    return out.getvalue()


def small_photo(seed: int = 1) -> bytes:
    """A few kilobytes of JPEG."""
    return photo(seed, (320, 240))


def with_exif(marker: bytes = b"SERIAL-7731") -> bytes:
    """A sideways JPEG that carries a position, a camera's serial number and a thumbnail-like comment."""
    exif = Image.Exif()
    exif[0x0110] = "Camera " + marker.decode()
    exif[0x0112] = 6  # turned by 90 degrees
    exif.get_ifd(0x8825).update({1: "N", 2: (38.0, 29.0, 12.5), 3: "E", 4: (106.0, 13.0, 50.0)})
    out = io.BytesIO()
    picture = Image.new("RGB", (400, 200), "white")
    picture.paste((200, 30, 30), (0, 0, 200, 200))
    picture.save(out, "JPEG", exif=exif, comment=b"comment " + marker)
    return out.getvalue()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png(width: int, height: int, body: bytes, *, before: bytes = b"") -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + before + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def pixel_flood() -> bytes:
    """400 million pixels in a few hundred kilobytes of PNG."""
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + 20_000 * 3)
    body = b"".join(packer.compress(row) for _ in range(2_000)) + packer.flush()
    return _png(20_000, 20_000, body)


def near_flood() -> bytes:
    """49 million pixels, every one of them really there: allowed, and heavy."""
    packer = zlib.compressobj(1)
    row = b"\0" + b"\x40\x80\xc0" * 7_000
    return _png(7_000, 7_000, b"".join(packer.compress(row) for _ in range(7_000)) + packer.flush())


def text_bomb() -> bytes:
    """A one-pixel PNG whose compressed comment unfolds to 200 MB."""
    packer = zlib.compressobj(9)
    text = b"".join(packer.compress(b"A" * 2**20) for _ in range(200)) + packer.flush()
    return _png(1, 1, zlib.compress(b"\0abc"), before=_chunk(b"zTXt", b"Comment\0\0" + text))


def polyglot_html() -> bytes:
    """A JPEG that is a web page with a script as well."""
    return with_comment(b"<html><script>alert('here')</script></html>")


def with_comment(comment: bytes) -> bytes:
    """A good JPEG with a comment segment and the same bytes once more at its end."""
    good = small_photo(9)
    segment = b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment
    return good[:2] + segment + good[2:] + comment


def polyglot_zip() -> bytes:
    """A JPEG that is an archive as well."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("run.js", "alert('here')")
    return small_photo(8) + packed.getvalue()


def _saved(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, kind)
    return out.getvalue()


def _truncated_png() -> bytes:
    out = io.BytesIO()
    Image.frombytes("RGB", (300, 300), random.Random(3).randbytes(270_000)).save(out, "PNG")
    return out.getvalue()[:120_000]


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"

HOSTILE: dict[str, tuple[bytes, str]] = {
    "an empty file": (b"", "empty"),
    "a pixel flood": (pixel_flood(), "too_many_pixels"),
    "a PNG text bomb": (text_bomb(), "broken"),
    "a JPEG cut in the middle": (photo(5)[:150_000], "broken"),
    "a PNG cut in the middle": (_truncated_png(), "broken"),
    "a JPEG header alone": (small_photo(4)[:20], "not_a_picture"),
    "an SVG": (SVG, "not_a_picture"),
    "a web page": (HTML, "not_a_picture"),
    "a TIFF": (_saved("TIFF"), "not_a_picture"),
    "a GIF": (_saved("GIF"), "not_a_picture"),
    "a BMP": (_saved("BMP"), "not_a_picture"),
    "an EPS": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n", "not_a_picture"),
    "a PDF": (b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n", "not_a_picture"),
    "random bytes": (random.Random(6).randbytes(5000), "not_a_picture"),
}

HARMLESS_WHEN_SHOWN_ANEW: dict[str, bytes] = {
    "JPEG and HTML at once": polyglot_html(),
    "JPEG and ZIP at once": polyglot_zip(),
    "a JPEG with EXIF": with_exif(),
}


def png_with_text(words: str) -> bytes:
    """A PNG with a text chunk and a half transparent corner."""
    picture = Image.new("RGBA", (60, 40), (10, 20, 200, 255))
    picture.putpixel((0, 0), (0, 0, 0, 0))
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", words)
    out = io.BytesIO()
    picture.save(out, "PNG", pnginfo=info)
    return out.getvalue()
