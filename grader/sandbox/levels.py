"""The isolation levels, strictest first."""

from __future__ import annotations

import sys

from ..support.choices import LEVELS, Level


def to_try(level: Level | None) -> list[Level]:
    """Return the levels to try in this order: only ``level``, or without it all levels that this system may offer."""
    if level is not None:
        return [level]
    return list(LEVELS if sys.platform == "linux" else LEVELS[-1:])
