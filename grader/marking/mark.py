"""A mark or a comment that a person gives."""

from __future__ import annotations

from dataclasses import dataclass

TOTAL = ""
"""The check of a mark for the total."""


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
