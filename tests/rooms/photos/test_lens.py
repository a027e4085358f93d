"""Pictures are opened in a bounded child, by content and not by name, and shown anew."""

import io
import os
import random
import signal
import time
from pathlib import Path

import pytest
from PIL import Image

from app.survey.photos import lens
from app.survey.photos.rules import Picture, Reason
from tests import pictures

IS_NIGHT = os.environ.get("RUHU_NIGHTLY") == "1"


def _file(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "picture"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_good_picture_is_known_by_its_content(tmp_path: Path, kind: str) -> None:
    found = lens.inspect(_file(tmp_path, pictures.photo(2, (320, 200), kind=kind)))

    assert found == Picture(type=f"image/{kind.lower()}", width=320, height=200)


@pytest.mark.parametrize(("data", "reason"), pictures.HOSTILE.values(), ids=pictures.HOSTILE.keys())
def test_what_is_no_picture_is_refused_with_its_reason(tmp_path: Path, data: bytes, reason: str) -> None:
    started = time.perf_counter()

    assert lens.inspect(_file(tmp_path, data)) == Picture(reason=Reason(reason))
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize("data", pictures.HARMLESS_WHEN_SHOWN_ANEW.values(), ids=pictures.HARMLESS_WHEN_SHOWN_ANEW)
def test_nothing_but_pixels_survives_in_what_is_shown(tmp_path: Path, data: bytes) -> None:
    assert lens.inspect(_file(tmp_path, data)).type == "image/jpeg"

    shown = lens.print_anew(data, 320)

    assert shown is not None
    assert shown.startswith(b"\xff\xd8")
    for trace in (b"<script", b"alert", b"run.js", b"PK\x03\x04", b"SERIAL", b"Exif", b"\xff\xfe"):
        assert trace not in shown


def test_a_sideways_photo_is_shown_upright_without_its_position() -> None:
    shown = Image.open(io.BytesIO(lens.print_anew(pictures.with_exif(), 1920) or b""))

    assert shown.size == (200, 400)
    assert not shown.getexif()
    assert not shown.info.get("comment")


def test_no_planted_trace_is_in_any_shown_copy() -> None:
    """Positions, serial numbers and comments of many cameras, in the view and in the thumbnail."""
    for number in range(200 if IS_NIGHT else 20):
        marker = f"SERIAL-{number:05d}".encode()
        original = pictures.with_exif(marker)
        assert original.count(marker) >= 2
        for edge in (320, 1920):
            shown = lens.print_anew(original, edge) or b""
            assert shown.startswith(b"\xff\xd8")
            assert marker not in shown
            assert not Image.open(io.BytesIO(shown)).getexif()


def test_a_transparent_png_is_shown_on_white_without_its_text() -> None:
    shown = lens.print_anew(pictures.png_with_text("planted-words"), 320)

    assert shown is not None
    assert b"planted-words" not in shown
    assert Image.open(io.BytesIO(shown)).mode == "RGB"


def test_a_palette_picture_is_shown() -> None:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "red").convert("P").save(out, "PNG")

    assert Image.open(io.BytesIO(lens.print_anew(out.getvalue(), 320) or b"")).size == (320, 240)


def test_the_largest_allowed_picture_passes_within_the_bounds(tmp_path: Path) -> None:
    found = lens.inspect(_file(tmp_path, pictures.near_flood()))

    assert (found.width, found.height, found.reason) == (7000, 7000, None)


def test_a_thumbnail_has_at_most_320_pixels_a_side() -> None:
    shown = Image.open(io.BytesIO(lens.print_anew(pictures.photo(3), 320) or b""))

    assert shown.size == (320, 240)


def test_a_dead_darkroom_is_replaced(tmp_path: Path) -> None:
    path = _file(tmp_path, pictures.small_photo())
    assert lens.inspect(path).reason is None
    first = lens._darkroom
    assert first is not None

    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait()

    assert lens.inspect(path).reason is None
    assert lens._darkroom is not first


def test_a_child_that_dies_costs_only_its_own_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The darkroom runs a script that lets every child die: no answer means too costly, and nothing hangs."""
    script = tmp_path / "darkroom.py"
    source = lens._SCRIPT.read_text().replace("    bound_this_process()\n", "    os.abort()\n")
    script.write_text(source)
    lens.close()
    monkeypatch.setattr(lens, "_SCRIPT", script)
    try:
        found = lens.inspect(_file(tmp_path, pictures.small_photo()))
        assert found == Picture(reason=Reason.TOO_COSTLY)
    finally:
        lens.close()


def test_a_child_has_the_bounds_it_should_have(tmp_path: Path) -> None:
    """Memory, CPU, files and descriptors are bounded before a picture is touched."""
    probe = tmp_path / "probe.py"
    source = lens._SCRIPT.read_text().split("if __name__")[0]
    probe.write_text(
        source
        + "bound_this_process()\n"
        + "kinds = ('AS', 'CPU', 'FSIZE', 'NOFILE', 'CORE')\n"
        + "print(*(resource.getrlimit(getattr(resource, 'RLIMIT_' + kind))[1] for kind in kinds))\n"
    )
    said = os.popen(f"{lens.sys.executable} -I {probe}").read().split()

    assert said == [str(300 * 2**20), "10", "0", "16", "0"]


def test_many_mangled_pictures_break_nothing(tmp_path: Path) -> None:
    """Seeded bit flips and cuts; every one gets a verdict, the darkroom stays the same process."""
    rng = random.Random(20170520)
    sources = [pictures.photo(1, (200, 150), kind=kind) for kind in ("JPEG", "PNG", "WEBP")]
    lens.inspect(_file(tmp_path, sources[0]))
    darkroom = lens._darkroom
    for number in range(10_000 if IS_NIGHT else 200):
        data = bytearray(sources[number % 3])
        for _ in range(rng.randrange(1, 30)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        found = lens.inspect(_file(tmp_path, bytes(data[: rng.randrange(1, len(data) + 1)])))
        assert found.reason is not None or found.width > 0, number

    assert lens._darkroom is darkroom
