"""Recordings are told by their first bytes and played as they came: nothing here decodes sound.

A recording is kept beside the pictures of its record and heard through the same fence, under a policy that lets
nothing in it run. What is neither picture nor one of these containers is kept and marked, as ever.
"""

from pathlib import Path

HEAD = 16
MARKS = {
    b"ID3": "audio/mpeg",
    b"#!AMR": "audio/amr",
    b"OggS": "audio/ogg",
    b"fLaC": "audio/flac",
    b"\x1aE\xdf\xa3": "audio/webm",
}
BRANDS = (b"M4A", b"M4B", b"3gp", b"3g2", b"mp4", b"isom", b"iso2")


def sound_type(head: bytes) -> str | None:
    """The media type of a recording that begins so, None when it is none that a phone's recorder makes."""
    for mark, kind in MARKS.items():
        if head.startswith(mark):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[4:8] == b"ftyp" and head[8:12].startswith(BRANDS):
        return "audio/mp4"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] != 0xFF:
        return "audio/aac" if head[1] & 0x06 == 0 else "audio/mpeg"
    return None


def sound_of(path: Path) -> str | None:
    """The media type of a recording in a file."""
    with path.open("rb") as file:
        return sound_type(file.read(HEAD))
