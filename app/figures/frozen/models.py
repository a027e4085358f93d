"""One frozen table a round: sums of counts and no household, so it belongs to the installation."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.kernel.db.base import utc_field


class FrozenResult(SQLModel, table=True):
    """The figures of a round at its close. `text` is canonical JSON, `sha256` the digest of its UTF-8 bytes."""

    __tablename__ = "frozen_result"

    round_code: str = Field(primary_key=True, max_length=56, foreign_key="round.code")
    text: str
    sha256: str = Field(max_length=64)
    frozen_at: datetime = utc_field()
    frozen_by: str = Field(max_length=40)
