"""Times as people enter them in a form: local times of the course, without an offset from UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from ..assignment.policy import later_of_two
from ..support.i18n import _
from ..support.text import clean
from .errors import Unreadable

FORMAT = "%Y-%m-%dT%H:%M"  # of <input type="datetime-local">
WITH_POINTS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})[ T,]+(\d{1,2}):(\d{2})")  # 24.10.2026 23:59
YEARS = range(2000, 2101)


@cache
def zones() -> list[str]:
    """Return the names of all time zones, sorted, without the historical ones at the top of the database; UTC is first."""
    regions = (
        "Africa/",
        "America/",
        "Antarctica/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    )
    return ["UTC", *sorted(name for name in available_timezones() if name.startswith(regions))]


def zone_named(name: str) -> str:
    """Return the name of a time zone; raises Unreadable for another text."""
    if name in zones():
        return name
    raise Unreadable(
        _("'{name}' is not a time zone: choose one of the list, such as Europe/Berlin.").format(name=clean(name, 40))
    )


def moment_of(text: str, zone: str) -> datetime | None:
    """Return the moment of a local time in a time zone, None for an empty text.

    If the end of daylight saving time repeats the hour, it is the later of the two moments. Raises Unreadable for a time that
    does not exist because daylight saving time begins, and for any other text.
    """
    if not text.strip():
        return None
    local = _local(text.strip())
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    moment = local.replace(tzinfo=ZoneInfo(zone))
    existing = moment.astimezone(UTC).astimezone(ZoneInfo(zone))
    if existing.replace(tzinfo=None) != local:
        sentence = _(
            "{time} does not exist in the time zone {zone}: daylight saving time begins, and the clock skips it. Enter another time, such as {other}."
        )
        raise Unreadable(
            sentence.format(time=local.strftime("%Y-%m-%d %H:%M"), zone=zone, other=existing.strftime("%H:%M"))
        )
    return later_of_two(moment).astimezone(UTC)


def field_of(moment: datetime | None, zone: str) -> str:
    """Return a moment as the value of a field of a form, "" for None."""
    return "" if moment is None else moment.astimezone(ZoneInfo(zone)).strftime(FORMAT)


def _local(text: str) -> datetime:
    match = WITH_POINTS.fullmatch(text)
    try:
        if match is not None:
            day, month, year, hour, minute = map(int, match.groups())
            local = datetime(year, month, day, hour, minute)
        else:
            local = datetime.fromisoformat(text)
    except ValueError:
        local = None
    if local is None or ":" not in text:  # a day without a time is not clear
        sentence = _("'{text}' is not a date with a time: write it as 2026-10-24 23:59.")
        raise Unreadable(sentence.format(text=clean(text, 40)))
    if local.year not in YEARS:
        sentence = _("The year {year} is not possible: check the date.")
        raise Unreadable(sentence.format(year=local.year))
    return local
