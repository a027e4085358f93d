"""What a picture looks like in 64 bits: saving anew keeps it, another picture has another, stamps do not matter."""

import io
import random

import pytest
from PIL import Image, ImageDraw

from app.methods.imprint import BOX, EDGE, FARTHEST, apart, imprint_of, near_pairs
from app.survey.photos import lens
from tests.pictures import photo


def picture_of(seed: int) -> Image.Image:
    return Image.open(io.BytesIO(photo(seed, (800, 600))))


def imprint(picture: Image.Image, *, quality: int = 72, kind: str = "JPEG") -> int | None:
    out = io.BytesIO()
    picture.save(out, kind, quality=quality)
    return lens.look_at(out.getvalue()).imprint


def stamped(picture: Image.Image, text: str) -> Image.Image:
    """The time and the place written over the lowest tenth, as camera apps do."""
    copy = picture.copy()
    draw = ImageDraw.Draw(copy)
    draw.rectangle((0, 540, 800, 600), fill="black")
    draw.text((20, 555), text, fill="yellow")
    return copy


@pytest.mark.parametrize("seed", range(4))
def test_a_copy_saved_anew_smaller_and_stamped_otherwise_stays_near(seed: int) -> None:
    first = imprint(stamped(picture_of(seed), "2017-05-20 09:00"))
    assert first is not None

    for copy in (
        imprint(stamped(picture_of(seed), "2017-05-23 16:40"), quality=40),
        imprint(stamped(picture_of(seed), "2017-05-23 16:40").resize((500, 375))),
        imprint(stamped(picture_of(seed), "2017-05-23 16:40"), kind="WEBP"),
    ):
        assert copy is not None
        assert apart(first, copy) <= 6


def test_two_pictures_under_one_stamp_are_two_pictures() -> None:
    """The stamp is common to all; only the middle above it is looked at."""
    marks = [imprint(stamped(picture_of(seed), "2017-05-20 09:00")) for seed in range(12)]

    assert all(mark is not None for mark in marks)
    assert list(near_pairs([mark for mark in marks if mark is not None])) == []


def test_a_dark_picture_has_no_imprint() -> None:
    assert imprint(Image.new("RGB", (800, 600), "#101010")) is None


def test_a_sideways_picture_is_taken_upright() -> None:
    upright = picture_of(3)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by 90 degrees to the right
    out = io.BytesIO()
    upright.rotate(90, expand=True).save(out, "JPEG", quality=90, exif=exif)
    turned, plain = lens.look_at(out.getvalue()).imprint, imprint(upright, quality=90)

    assert turned is not None
    assert plain is not None
    assert apart(turned, plain) <= 6


def test_the_middle_above_the_stamp_is_what_is_looked_at() -> None:
    assert BOX == (0.05, 0.05, 0.95, 0.75)
    flat = [128] * (EDGE * EDGE)
    assert imprint_of(flat) is None
    assert imprint_of([*flat[:512], *([0] * 512)]) is not None


def test_every_near_pair_is_found_as_by_comparing_each_with_each() -> None:
    rng = random.Random(7)
    marks = [rng.getrandbits(64) for _ in range(300)]
    for bits in range(13):
        marks.append(marks[bits] ^ sum(1 << at for at in rng.sample(range(64), bits)))
    expected = [
        (one, other, apart(marks[one], marks[other]))
        for one in range(len(marks))
        for other in range(one)
        if apart(marks[one], marks[other]) <= FARTHEST
    ]

    assert list(near_pairs(marks)) == expected
    assert len(expected) == 11
    assert list(near_pairs(marks, since=305)) == [pair for pair in expected if pair[0] >= 305]
