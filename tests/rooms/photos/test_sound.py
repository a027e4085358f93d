"""What a phone's recorder makes is told by its first bytes, and nothing else is taken for it."""

import pytest

from app.survey.photos.sound import sound_type
from tests.phone import picture

HEADS = {
    "mp3 with tags": (b"ID3\x04\x00", "audio/mpeg"),
    "mp3 bare": (b"\xff\xfb\x90\x64\x00", "audio/mpeg"),
    "aac": (b"\xff\xf1\x50\x80\x00", "audio/aac"),
    "amr": (b"#!AMR\n<", "audio/amr"),
    "ogg": (b"OggS\x00\x02", "audio/ogg"),
    "wav": (b"RIFF\x24\x08\x00\x00WAVEfmt ", "audio/wav"),
    "m4a": (b"\x00\x00\x00\x20ftypM4A \x00\x00", "audio/mp4"),
    "android's recorder": (b"\x00\x00\x00\x18ftyp3gp4\x00\x00", "audio/mp4"),
    "webm": (b"\x1aE\xdf\xa3\x01\x00", "audio/webm"),
    "a photo of an iPhone": (b"\x00\x00\x00\x24ftypheic\x00\x00", None),
    "WebP": (b"RIFF\x24\x08\x00\x00WEBPVP8 ", None),
    "a JPEG": (picture("x")[:16], None),
    "a page": (b"<!doctype html>", None),
    "nothing": (b"", None),
}


@pytest.mark.parametrize(("head", "kind"), HEADS.values(), ids=HEADS.keys())
def test_a_recording_is_told_by_its_first_bytes(head: bytes, kind: str | None) -> None:
    assert sound_type(head) == kind
