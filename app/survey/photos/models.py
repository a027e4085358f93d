"""What was announced and what has arrived.

An announcement is the record's word; it may be repeated by a correction, and the two versions of a conflicting
record may name one photo_id with two digests, so the digest is part of the key. An object is one content in one
county: the same bytes announced in two counties are two objects (scale-security A5.8), so that neither county
learns from the other, and deletion by prefix is complete.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from app.kernel.db.base import CountyKeyed, utc_field


class ObjectState(StrEnum):
    """What became of the bytes."""

    DURABLE = "durable"
    REFUSED = "refused"
    LOST = "lost"
    """The row stands, the bytes are gone or went wrong: phones that still have them are asked again."""


class PhotoAnnounced(CountyKeyed, table=True):
    """One picture that a kept op (in any state) says belongs to it."""

    __tablename__ = "photo_announced"
    __table_args__ = (
        Index("ix_photo_announced_sha256", "sha256", "account_id"),
        Index("ix_photo_announced_photo_id", "photo_id"),
    )

    op_id: UUID = Field(primary_key=True)
    photo_id: UUID = Field(primary_key=True)
    sha256: str = Field(primary_key=True, max_length=64)
    bytes: int
    type: str = Field(max_length=40)
    question: str = Field(max_length=200)
    account_id: UUID
    received_at: datetime = utc_field()


class PhotoObject(CountyKeyed, table=True):
    """The bytes of one digest in one county; the row is written after the bytes are safe, never before."""

    __tablename__ = "photo_object"

    sha256: str = Field(primary_key=True, max_length=64)
    bytes: int
    type: str = Field(max_length=40)
    width: int
    height: int
    key: str = Field(max_length=120)
    received_at: datetime = utc_field()
    state: str = Field(max_length=10)
    reason: str | None = Field(default=None, max_length=40)
    imprint: str | None = Field(default=None, max_length=16)
    """What its middle looks like, 64 bits in hex (methods.imprint); "" where it shows nothing, None until looked at."""
