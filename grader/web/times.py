"""Writes points in time as people read them: in the time zone of a course, and as a distance from now."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..service.moments import now
from ..support.i18n import _, current, ngettext

PATTERNS = {"de": "%d.%m.%Y %H:%M", "es": "%d/%m/%Y %H:%M"}
ENGLISH_PATTERN = "%Y-%m-%d %H:%M"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def moment(value: datetime | None, zone: str = "UTC", exact: bool = False) -> str:
    """Return a time as people write it in the language, in a time zone that is named; "" without a time.

    An ``exact`` one has seconds.
    """
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(zone))
    pattern = PATTERNS.get(current(), ENGLISH_PATTERN) + (":%S" if exact else "")
    return f"{local.strftime(pattern)} {local.tzname()}"


def distance(value: datetime | None) -> str:
    """Return how far away a time is: ``in 4 minutes``, ``2 days ago``; "" without a time."""
    if value is None:
        return ""
    difference = value - now()
    is_past, length = difference < timedelta(0), abs(difference)
    if length < MINUTE:
        return _("less than a minute ago") if is_past else _("in less than a minute")
    if length < 2 * HOUR:
        count = length // MINUTE
        ago, ahead = (
            ngettext("{count} minute ago", "{count} minutes ago", count),
            ngettext("in {count} minute", "in {count} minutes", count),
        )
    elif length < 2 * DAY:
        count = length // HOUR
        ago, ahead = (
            ngettext("{count} hour ago", "{count} hours ago", count),
            ngettext("in {count} hour", "in {count} hours", count),
        )
    else:
        count = length // DAY
        ago, ahead = (
            ngettext("{count} day ago", "{count} days ago", count),
            ngettext("in {count} day", "in {count} days", count),
        )
    return (ago if is_past else ahead).format(count=count)


def seconds_from_now(value: datetime) -> int:
    """Return the seconds until a time, negative for a time in the past."""
    return round((value - now()).total_seconds())
