"""Instants are aware UTC; days are dates in RUHU_TZ. Rules never read the clock, callers pass it in."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def utcnow() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(UTC)


def rfc3339(instant: datetime) -> str:
    """`2017-05-20T03:04:05.678Z`: RFC 3339 in UTC with milliseconds."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_instant(text: str) -> datetime | None:
    """An RFC 3339 instant with its offset, or None (a naive time is no instant)."""
    try:
        instant = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return instant.astimezone(UTC) if instant.tzinfo else None


def local_day(instant: datetime, tz: ZoneInfo) -> date:
    """The calendar day on which the instant falls for the people who live there."""
    return instant.astimezone(tz).date()
