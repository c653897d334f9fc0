"""Deadlines, lateness, attempts and rounding: the section ``grading:`` of an ``assignment.yaml``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BeforeValidator, Field, WithJsonSchema

from .base import StrictModel


def later_of_two(moment: datetime) -> datetime:
    """Return the later of the two moments with this local time, if the end of daylight saving time repeats the hour."""
    return max(moment, moment.replace(fold=1), key=lambda either: either.astimezone(UTC))


def in_named_zone(value: Any) -> Any:
    """Return the moment of a string such as ``2026-10-24 23:59 Europe/Berlin``, and any other value unchanged.

    If the end of daylight saving time repeats the hour, it is the later of the two moments. Raises ValueError for a name
    that is not that of a time zone.
    """
    date_and_time, _, zone = value.strip().rpartition(" ") if isinstance(value, str) else ("", "", "")
    if not date_and_time or not zone[:1].isalpha():
        return value
    try:
        moment = datetime.fromisoformat(date_and_time)
    except ValueError:
        return value
    if moment.tzinfo is not None:
        raise ValueError("give an offset or the name of a time zone, not both")
    try:
        return later_of_two(moment.replace(tzinfo=ZoneInfo(zone)))
    except (ValueError, LookupError, OSError) as error:
        raise ValueError(f"'{zone}' is not the name of a time zone, such as Europe/Berlin") from error


class Policy(StrictModel):
    """The section ``grading:`` of an ``assignment.yaml``, or a separate file (``--policy``)."""

    due: Annotated[
        AwareDatetime | None, BeforeValidator(in_named_zone), WithJsonSchema({"type": "string", "default": None})
    ] = None
    """The deadline, with an offset from UTC or, after a space, the name of a time zone."""
    grace_hours: float = Field(0, ge=0, le=10_000)
    """Hours after ``due`` without a penalty."""
    percent_a_day: float = Field(0, ge=0, le=100)
    """The part of the full marks that each started day after that costs."""
    rounding: float = Field(0.01, ge=0.0001, le=1000)
    """Scores are rounded to multiples of it, halves upwards."""
    attempts: Literal["latest", "best", "last-in-time"] = "latest"
    """The attempt that counts in a class: the latest, the one with the best score after lateness, or the last that was in
    time (if none was, the latest)."""
