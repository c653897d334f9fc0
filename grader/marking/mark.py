"""A mark or a comment that a person gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from ..report.by_hand import TOTAL
from ..support.text import clean


@dataclass(frozen=True)
class Mark:
    """The points, or only the comment, that a person gives one student for one check, or for the total.

    ``check`` is "" for the total. ``points`` is None for a comment without points. ``out`` takes the check out: it then
    counts neither in the score nor in the full marks.
    """

    check: str = TOTAL
    points: float | None = None
    comment: str = ""
    by: str = ""
    at: str = ""
    out: bool = False


def part(check: str) -> str:
    """Return the part that a mark is for, in a message: the check, or the total."""
    return "the total" if check == TOTAL else f"'{clean(check)}'"


def to_json(marks: Sequence[Mark]) -> str:
    """Return the marks as JSON, "" without marks."""
    return _adapter().dump_json([*marks]).decode() if marks else ""


def from_json(text: str) -> list[Mark]:
    """Return the marks that :func:`to_json` wrote."""
    return list(_adapter().validate_json(text)) if text else []


@cache
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(list[Mark])
