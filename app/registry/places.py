"""The divisions: six counties by GB/T 2260, and the townships and villages that the register brings.

A county's id is immutable and ours; its code may change (validity dates tell when), its id never does (A5.1).
County 0 is reserved. Village points are WGS-84 and may be absent; no borders are kept anywhere.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlmodel import Field, Session, SQLModel, col, select

from app.kernel.db.base import HOME, CountyKeyed
from app.kernel.db.ports import upsert
from app.kernel.problems import NotFound


class County(SQLModel, table=True):
    """One county-level division (县、市、区)."""

    __tablename__ = "county"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    code: str = Field(max_length=6, unique=True)
    name_zh: str = Field(max_length=40)
    name_en: str = Field(max_length=40)
    valid_from: date | None = None
    valid_to: date | None = None


class Village(CountyKeyed, table=True):
    """A village with its township, keyed by the 12-digit code of the statistics bureau."""

    __tablename__ = "village"

    code: str = Field(primary_key=True, max_length=12)
    name: str = Field(max_length=60)
    town_name: str = Field(max_length=60)
    lon: float | None = None
    lat: float | None = None


def list_counties(session: Session) -> list[County]:
    """The counties of the city in code order, without the reserved one."""
    return list(session.exec(select(County).where(County.id != HOME).order_by(col(County.code))))


def find_county(session: Session, code: str) -> County | None:
    """The county of a 6-digit code."""
    return session.exec(select(County).where(County.code == code, County.id != HOME)).first()


def get_county(session: Session, code: str) -> County:
    """The county of a 6-digit code, or NotFound."""
    county = find_county(session, code)
    if county is None:
        raise NotFound("没有这个县(市、区)。", "There is no such county.")
    return county


def county_codes(session: Session) -> dict[int, str]:
    """County id → code, for pages and downloads."""
    return dict(session.exec(select(County.id, County.code).where(County.id != HOME).order_by(col(County.code))).all())


def save_villages(session: Session, county_id: int, villages: Iterable[Village]) -> int:
    """Add or rename villages of one county; a point that is not given leaves the old one."""
    saved = 0
    for village in villages:
        row = {
            "county_id": county_id,
            "code": village.code,
            "name": village.name,
            "town_name": village.town_name,
            "lon": village.lon,
            "lat": village.lat,
        }
        points = ("lon", "lat") if village.lon is not None else ()
        upsert(session, Village, [row], key=["county_id", "code"], update=("name", "town_name", *points))
        saved += 1
    return saved


def list_villages(session: Session, county_ids: Sequence[int]) -> list[Village]:
    """The villages of these counties in code order."""
    query = select(Village).where(col(Village.county_id).in_(county_ids)).order_by(col(Village.code))
    return list(session.exec(query))
