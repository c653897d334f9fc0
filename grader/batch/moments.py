"""Reads times as course systems write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def moment(text: str) -> datetime | None:
    """Return the time that nbgrader writes as "2026-11-20 23:58:01.5 Europe/Berlin"; None for any other text."""
    date, time, *zone = [*text.split(), "", ""][:3]
    try:
        time_read = datetime.fromisoformat(f"{date} {time}")
        if time_read.tzinfo:
            return time_read
        return time_read.replace(tzinfo=ZoneInfo(zone[0]) if zone[0] else UTC)
    except (ValueError, LookupError, OSError):
        return None
