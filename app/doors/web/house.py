"""The house as it was put together at start: settings, database, keys, password gate, photo store."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.kernel.db.engines import Database
from app.kernel.keys import Keys, load_keys
from app.kernel.settings import Settings
from app.registry.people.passwords import PasswordHasher
from app.survey.photos.store import Store, open_store


@dataclass(frozen=True)
class House:
    """One running service."""

    settings: Settings
    db: Database
    keys: Keys
    hasher: PasswordHasher
    store: Store

    def close(self) -> None:
        """Give the connections back."""
        self.db.close()


def open_house(settings: Settings, *, workers: int = 1) -> House:
    """Put a house together; the schema is the caller's business."""
    return House(
        settings=settings,
        db=Database(settings.database_url),
        keys=load_keys(settings.data, settings.secret_key),
        hasher=PasswordHasher(workers=workers),
        store=open_store(settings.store_url),
    )


def get_house(request: Request) -> House:
    """The house this request came to."""
    house: House = request.app.state.house
    return house


async def the_house(request: Request) -> House:
    """The same for doors: what only looks needs no turn in the line for a thread."""
    return get_house(request)


TheHouse = Annotated[House, Depends(the_house)]
"""Parameter type: the house."""
