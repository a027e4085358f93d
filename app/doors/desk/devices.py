"""在路上的记录: every gap named. Which phone lacks which number, which photos are missing, how each phone is.

The city reads all of it, an administrator too (accounts and phones, no answers), a team leader the phones of the own
county. For everybody else the page does not exist: before a round closes it would tell who was drawn, and when.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session

from app.doors.desk.frame import DEVICE_READERS, show, voice_of
from app.doors.desk.words import Voice
from app.doors.web.auth import Caller
from app.doors.web.house import TheHouse
from app.kernel.clock import utcnow
from app.kernel.db.base import HOME
from app.kernel.problems import NotFound
from app.registry.people import queries as people
from app.registry.people.models import Account, Device, Role
from app.registry.people.rules import COLLECTING_ROLES, Actor
from app.registry.places import list_counties
from app.survey.records import transit
from app.survey.records.models import DeviceReport
from app.survey.records.transit import Arrived

router = APIRouter(include_in_schema=False)

SILENCE = timedelta(hours=48)
LOW_BYTES = 500_000_000
SHOWN_GAPS = 30


@dataclass(frozen=True)
class PhoneLine:
    """One phone, as a row."""

    label: str
    short: str
    people: str
    arrived: str
    missing: str
    missing_count: int
    photos: int
    photos_of: str
    unsent: str
    seen_at: datetime
    tone: str
    states: Sequence[str]
    storage: str


@dataclass(frozen=True)
class TransitPage:
    """What transit.html prints, the phones with gaps first."""

    phones: Sequence[PhoneLine]
    missing: int
    photos: int
    may_import: bool


@dataclass(frozen=True)
class Known:
    """What is known of one phone, whoever used it."""

    devices: Sequence[Device]
    reports: Sequence[DeviceReport]
    arrived: Arrived
    photos_by_number: Mapping[int, int]

    @property
    def photos(self) -> int:
        return sum(self.photos_by_number.values())

    @property
    def highest(self) -> int:
        return max([self.arrived.highest, *(report.max_dev_seq for report in self.reports)])


@router.get("/devices")
def devices_page(request: Request, house: TheHouse, actor: Caller) -> HTMLResponse:
    """Every phone within the reader's scope with its gaps."""
    if actor.role not in DEVICE_READERS or not (actor.is_city or actor.role == Role.TEAM_LEADER):
        raise NotFound("没有这个页面,或不在您的范围内。", "No such page within your scope.")
    voice, now = voice_of(request), utcnow()
    with house.db.read() as session:
        accounts = {row.id: row for row in people.list_accounts(session) if _is_of(row, actor)}
        known = _known(session, set(accounts))
        lines = [_line(session, device_id, phone, accounts, voice, now) for device_id, phone in known.items()]
    lines.sort(key=lambda line: (-line.missing_count, -line.photos, line.tone == "done", line.label, line.short))
    missing, photos = sum(line.missing_count for line in lines), sum(line.photos for line in lines)
    page = TransitPage(lines, missing, photos, may_import=actor.role == Role.CITY_OFFICER)
    return show(request, "transit.html", page, title=voice("transit_title"), at="transit", actor=actor)


def _is_of(account: Account, actor: Actor) -> bool:
    return Role(account.role) in COLLECTING_ROLES and account.scope.startswith(actor.scope)


def _known(session: Session, account_ids: set[UUID]) -> dict[UUID, Known]:
    """Phones that signed in under one of these accounts and counted or reported something; browsers do neither."""
    devices: dict[UUID, list[Device]] = {}
    for device in people.list_devices(session):
        if device.account_id in account_ids:
            devices.setdefault(device.id, []).append(device)
    reports: dict[UUID, list[DeviceReport]] = {}
    for report in transit.reports(session):
        reports.setdefault(report.device_id, []).append(report)
    arrived = transit.arrived_of(session)
    counties = [HOME, *(county.id for county in list_counties(session))]
    photos = transit.photos_on_the_way(session, counties)
    nothing = Arrived(0, 0, None)
    return {
        device_id: Known(rows, reports.get(device_id, []), arrived.get(device_id, nothing), photos.get(device_id, {}))
        for device_id, rows in devices.items()
        if device_id in arrived or device_id in reports
    }


def _line(
    session: Session, device_id: UUID, phone: Known, accounts: Mapping[UUID, Account], voice: Voice, now: datetime
) -> PhoneLine:
    missing, count = transit.gaps_of(session, device_id, phone.highest, most=SHOWN_GAPS)
    names = ", ".join(runs(missing)) + (" " + voice("transit_more", n=count) if count > len(missing) else "")
    last = max(phone.reports, key=lambda report: report.reported_at, default=None)
    seen = max([*(device.last_seen_at for device in phone.devices), *(r.reported_at for r in phone.reports)])
    states = [voice(word) for word in _faults(phone, last, seen, count, now)]
    unsent = "—"
    if last is not None and last.unsent_ops is not None:
        unsent = voice("transit_ops_photos", ops=last.unsent_ops, photos=last.unsent_photos or 0)
    return PhoneLine(
        label=phone.devices[0].label,
        short=str(device_id)[:8],
        people=", ".join(accounts[device.account_id].account for device in phone.devices),
        arrived=voice("transit_of", there=phone.arrived.count, highest=phone.highest),
        missing=names,
        missing_count=count,
        photos=phone.photos,
        photos_of=voice("transit_numbers", n=", ".join(runs(list(phone.photos_by_number)))) if phone.photos else "",
        unsent=unsent,
        seen_at=seen,
        tone="bad" if count else ("wait" if states or phone.photos else "done"),
        states=states or [voice("transit_ok")],
        storage=_storage(last, voice),
    )


def _storage(last: DeviceReport | None, voice: Voice) -> str:
    """What the phone last said of its storage and its app."""
    if last is None:
        return ""
    parts = []
    if last.bytes_free is not None:
        parts.append(voice("transit_free", mb=f"{last.bytes_free // 10**6:,}"))
    if last.is_persisted:
        parts.append(voice("transit_persisted"))
    if last.app_version:
        parts.append(voice("transit_version", version=last.app_version))
    return " · ".join(parts)


def _faults(phone: Known, last: DeviceReport | None, seen: datetime, gaps: int, now: datetime) -> list[str]:
    """Words for what somebody should look after, the worst first."""
    faults = []
    if any(report.is_store_lost for report in phone.reports):
        faults.append("transit_lost")
    waits = gaps or phone.photos or (last is not None and ((last.unsent_ops or 0) + (last.unsent_photos or 0)) > 0)
    if waits and now - seen > SILENCE:
        faults.append("transit_silent")
    if last is None:
        faults.append("transit_never")
    else:
        checks = {
            "transit_self_test": last.self_test_passed is False,
            "transit_volatile": last.is_persisted is False,
            "transit_low": last.bytes_free is not None and last.bytes_free < LOW_BYTES,
        }
        faults += [word for word, is_so in checks.items() if is_so]
    if all(device.revoked_at for device in phone.devices):
        faults.append("transit_revoked")
    return faults


def runs(numbers: Sequence[int]) -> list[str]:
    """`1, 4–7, 9`: ascending numbers with runs drawn together."""
    texts: list[str] = []
    start = 0
    for place, number in enumerate(numbers):
        if place + 1 < len(numbers) and numbers[place + 1] == number + 1:
            continue
        first = numbers[start]
        texts.append(str(first) if first == number else f"{first}–{number}")
        start = place + 1
    return texts
