"""The people of the trade and registers of invented households, on the database of a test."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import select

from app.kernel.db.base import HOME
from app.kernel.db.engines import Database
from app.kernel.keys import Keys
from app.registry.households.models import Household
from app.registry.people.models import Account, Role
from app.registry.people.queries import actor_from
from app.registry.people.rules import Actor
from app.registry.places import County, Village
from app.survey.rounds import queries
from app.survey.rounds.freeze import Commitment

DICE = "73920518264409175386"
T0 = datetime(2017, 5, 11, 1, 0, tzinfo=UTC)


@dataclass
class Desk:
    """The database with what tests want to do on it."""

    db: Database
    keys: Keys
    counties: dict[str, County]

    def actor(self, account: str, role: Role, scope: str) -> Actor:
        with self.db.write(HOME) as session:
            row = session.exec(select(Account).where(Account.account == account)).first()
            if row is None:
                row = Account(
                    account=account, name="某人", role=role, scope=scope, password_hash="-", created_at=T0
                )  # fmt: skip
                session.add(row)
            session.flush()
            return actor_from(row)

    def register(self, county: str, *, unexited: int = 20, exited: int = 20, non_poor: int = 30) -> None:
        """A village with so many households of each status."""
        county_id, village = self.counties[county].id, f"{county}001201"
        statuses = ["unexited"] * unexited + ["exited"] * exited + ["non_poor"] * non_poor
        with self.db.write(county_id) as session:
            session.add(Village(county_id=county_id, code=village, name="石桥村", town_name="石桥镇"))
            session.flush()
            for number, status in enumerate(statuses, start=1):
                session.add(a_household(county_id, village, number, status))

    def change(self, county: str, number: int, **values: Any) -> None:
        county_id = self.counties[county].id
        with self.db.write(county_id) as session:
            row = session.get(Household, (county_id, f"{county}001201-{number:04}"))
            assert row is not None
            for name, value in values.items():
                setattr(row, name, value)
            session.add(row)


def a_household(county_id: int, village: str, number: int, status: str) -> Household:
    return Household(
        county_id=county_id,
        unit=f"{village}-{number:04}",
        office_no=f"户{number}",
        status=status,
        village_code=village,
        head_name="某某",
        content=b"-",
        created_at=T0,
        updated_at=T0,
    )


Freeze = Callable[..., Commitment]
Draws = Callable[..., dict[str, Any]]


def frame(desk: Desk, actor: Actor, stratum: str | None = None) -> list[tuple[str, str, str]]:
    """The frozen rows of the round: stratum, unit, registered id."""
    with desk.db.read() as session:
        return list(queries.frame_rows(session, actor, "2017-1", stratum))
