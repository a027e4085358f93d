"""One county's households go into the register, in one transaction of that county.

A household is known by the office's number; ours (`unit`) is made when it is first seen, in file order, one above the
highest that its village ever had. Nothing is deleted but the members of a household whose list changed, and those are
written anew in the same transaction.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlmodel import Session, col, delete, select, update

from app.kernel import audit
from app.kernel.db.ports import insert_many, upsert
from app.kernel.keys import Keys
from app.registry.households.models import Household, Member, PovertyStatus
from app.registry.households.notes import Notes
from app.registry.households.problems import VillageFull
from app.registry.households.rules import Checked
from app.registry.places import County, Village, save_villages

CHUNK = 500
LAST_SERIAL = 9999
_FIXED = frozenset({"county_id", "unit", "created_at", "helper_account"})


@dataclass(slots=True)
class Known:
    """A household already in the register, as far as an import must know it."""

    unit: str
    office_no: str
    head_name: str
    status: str
    village_code: str
    missing_since: date | None
    content: bytes


@dataclass
class Tally:
    """What was done in one county."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    returned: int = 0
    missing: int = 0


@dataclass
class Basket:
    """What one file holds of one county."""

    county: County
    households: list[bytes] = field(default_factory=list)
    villages: dict[str, list[Any]] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    """Numbers of all its households, also of those left out for errors: they are not missing."""
    covered: set[tuple[str, bool]] = field(default_factory=set)
    """(village, is it non-poor) for which the file is a list."""


def id_place(county_id: int, unit: str, no: int) -> str:
    """What a sealed ID number is bound to: it opens nowhere else."""
    return f"member/{county_id}/{unit}/{no}/id"


class CountyImport:
    """The work of one transaction."""

    def __init__(self, session: Session, keys: Keys, basket: Basket, notes: Notes, now: datetime, today: date) -> None:
        self._session = session
        self._keys = keys
        self._basket = basket
        self._notes = notes
        self._now = now
        self._today = today
        self._county_id = basket.county.id
        self._known: dict[str, Known] = {}
        self._by_digits: dict[str, list[Known]] = {}
        self._serials: dict[str, int] = {}
        self._met: set[str] = set()
        self.tally = Tally()

    def run(self, *, partial: bool, actor: str, progress: Callable[[int], None], **detail: Any) -> Tally:
        """Save everything, mark what is gone, leave one line in the county's audit chain."""
        self._lock()
        self._load_known()
        save_villages(self._session, self._county_id, self._villages())
        for chunk in _chunks(self._basket.households):
            self._save(chunk)
            progress(len(chunk))
        self._mark_gone(partial)
        counts = {name: getattr(self.tally, name) for name in ("added", "updated", "unchanged", "returned", "missing")}
        audit.write(self._session, "register.imported", self._basket.county.code, actor=actor, **counts, **detail)
        return self.tally

    def _lock(self) -> None:
        """Imports of one county queue up here, or two would give out the same serials."""
        self._session.exec(select(County.id).where(County.id == self._county_id).with_for_update()).one()

    def _load_known(self) -> None:
        columns = (
            Household.unit, Household.office_no, Household.head_name, Household.status, Household.village_code,
            Household.missing_since, Household.content,
        )  # fmt: skip
        rows = self._session.connection().execute(
            select(*columns).where(Household.county_id == self._county_id)  # type: ignore[call-overload]
        )
        for row in rows:
            known = Known(*row)
            self._known[known.office_no] = known
            if known.office_no.isdigit():
                self._by_digits.setdefault(known.office_no.lstrip("0"), []).append(known)
            village, serial = known.unit.split("-")
            self._serials[village] = max(self._serials.get(village, 0), int(serial))

    def _villages(self) -> Iterator[Village]:
        for code, (town, name, lon, lat, _row) in self._basket.villages.items():
            yield Village(county_id=self._county_id, code=code, name=name, town_name=town, lon=lon, lat=lat)

    def _find(self, household: Checked) -> Known | None:
        known = self._known.get(household.office_no)
        if known is not None or not household.office_no.isdigit():
            return known
        alike = [
            other
            for other in self._by_digits.get(household.office_no.lstrip("0"), ())
            if other.head_name == household.values["head_name"] and other.office_no not in self._basket.present
        ]
        if len(alike) != 1:
            return None
        self._notes.add("zeros_lost", household.row, "户编号")
        longer = max(alike[0].office_no, household.office_no, key=len)
        household.office_no = longer
        return alike[0]

    def _new_unit(self, village: str) -> str:
        serial = self._serials.get(village, 0) + 1
        if serial > LAST_SERIAL:
            raise VillageFull(
                f"村代码 {village} 已用到 {LAST_SERIAL} 号。请核对村代码是否填错。",
                f"Village {village} has used serial {LAST_SERIAL}. Is the village code right?",
            )
        self._serials[village] = serial
        return f"{village}-{serial:04d}"

    def _save(self, chunk: Sequence[bytes]) -> None:
        new: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        back: list[str] = []
        members: list[dict[str, Any]] = []
        for packed in chunk:
            household = Checked.unpack(packed)
            known = self._find(household)
            content = self._keys.index(household.content())
            if known is not None:
                self._met.add(known.unit)
                self.tally.returned += known.missing_since is not None
                if known.content == content:
                    self.tally.unchanged += 1
                    if known.missing_since is not None:
                        back.append(known.unit)
                    continue
                if known.village_code != household.village_code:
                    self._notes.add("moved", household.row, "村代码")
            unit = known.unit if known else self._new_unit(household.village_code)
            (changed if known else new).append(self._row(unit, household, content))
            members += self._member_rows(unit, household)
        self._write(new, changed, back, members)

    def _write(
        self, new: list[dict[str, Any]], changed: list[dict[str, Any]], back: list[str], members: list[dict[str, Any]]
    ) -> None:
        insert_many(self._session, Household, new)
        if changed:
            columns = [name for name in changed[0] if name not in _FIXED]
            upsert(self._session, Household, changed, key=["county_id", "unit"], update=columns)
            units = [row["unit"] for row in changed]
            self._session.exec(
                delete(Member).where(col(Member.county_id) == self._county_id, col(Member.unit).in_(units))
            )
        if back:
            self._set_missing(back, None)
        insert_many(self._session, Member, members)
        self.tally.added += len(new)
        self.tally.updated += len(changed)

    def _row(self, unit: str, household: Checked, content: bytes) -> dict[str, Any]:
        return {
            "county_id": self._county_id,
            "unit": unit,
            "office_no": household.office_no,
            "village_code": household.village_code,
            **household.values,
            "missing_since": None,
            "extra": json.dumps(household.extra, ensure_ascii=False) if household.extra else "{}",
            "content": content,
            "created_at": self._now,
            "updated_at": self._now,
        }

    def _member_rows(self, unit: str, household: Checked) -> Iterator[dict[str, Any]]:
        for no, (name, relation, birth, number) in enumerate(household.members, 1):
            yield {
                "county_id": self._county_id,
                "unit": unit,
                "no": no,
                "name": name,
                "relation": relation,
                "birth_on": date.fromisoformat(birth) if birth else None,
                "id_sealed": self._keys.seal(number, id_place(self._county_id, unit, no)) if number else None,
                "id_index": self._keys.index(number) if number else None,
            }

    def _mark_gone(self, partial: bool) -> None:
        """A poor list speaks for its county, a non-poor list for its villages; `partial` limits both to villages."""
        villages = self._basket.covered
        poor_county = not partial and any(not non_poor for _, non_poor in villages)
        gone = []
        for known in self._known.values():
            non_poor = known.status == PovertyStatus.NON_POOR
            listed = (known.village_code, non_poor) in villages or (poor_county and not non_poor)
            present = known.unit in self._met or known.office_no in self._basket.present
            if listed and not present and known.missing_since is None:
                gone.append(known.unit)
        for chunk in _chunks(gone):
            self._set_missing(chunk, self._today)
        self.tally.missing = len(gone)
        if gone:
            self._notes.add("gone", 0, count=len(gone), where=self._basket.county.name_zh)

    def _set_missing(self, units: Sequence[str], day: date | None) -> None:
        self._session.exec(
            update(Household)
            .where(col(Household.county_id) == self._county_id, col(Household.unit).in_(units))
            .values(missing_since=day, updated_at=self._now)
        )


def _chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    source = iter(items)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
