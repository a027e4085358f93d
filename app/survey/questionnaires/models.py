"""Published versions of questionnaires: a reference table of the whole installation, without a county."""

from datetime import datetime

from sqlalchemy import Column, ForeignKeyConstraint, LargeBinary, String
from sqlmodel import Field, SQLModel

from app.kernel.db.base import utc_field
from app.survey.questionnaires.state import Form, load


class FormVersion(SQLModel, table=True):
    """One version, immutable from its first day: rows are only ever added.

    `sha256` is that of `json` in UTF-8, the bytes that phones fetch; `xlsx_sha256` that of the workbook.
    """

    __tablename__ = "form_version"

    form_id: str = Field(max_length=60, primary_key=True)
    version: str = Field(max_length=20, primary_key=True)
    sha256: str = Field(max_length=64, unique=True)
    xlsx_sha256: str = Field(max_length=64)
    title_zh: str = Field(max_length=200)
    title_en: str = Field(max_length=200)
    xlsx: bytes = Field(sa_type=LargeBinary)
    xml: str
    compiled: str = Field(sa_column=Column("json", String, nullable=False))
    published_at: datetime = utc_field()
    published_by: str = Field(max_length=40)

    @property
    def json(self) -> str:  # type: ignore[override]  # pydantic's method of this name is gone for good
        """The compiled form as JSON text: the exact bytes (UTF-8) that phones fetch."""
        return self.compiled

    @property
    def form(self) -> Form:
        """The compiled form, ready for `rules`."""
        return load(self.compiled)


class FormFile(SQLModel, table=True):
    """A CSV file of one version, as it was handed in: for other XLSForm tools. Our own phones have it in the form."""

    __tablename__ = "form_file"
    __table_args__ = (ForeignKeyConstraint(["form_id", "version"], ["form_version.form_id", "form_version.version"]),)

    form_id: str = Field(max_length=60, primary_key=True)
    version: str = Field(max_length=20, primary_key=True)
    name: str = Field(max_length=80, primary_key=True)
    sha256: str = Field(max_length=64)
    content: bytes = Field(sa_type=LargeBinary)
