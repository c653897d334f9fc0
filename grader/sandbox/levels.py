"""The levels of isolation, the tightest first."""

from __future__ import annotations

import sys

from ..report.model import Level

LEVELS: tuple[Level, ...] = ("strong", "medium", "none")


def to_try(wanted: Level | None) -> list[Level]:
    """The levels to try one after the other: the ``wanted`` one alone, or all that this system may offer."""
    if wanted is not None:
        return [wanted]
    return list(LEVELS if sys.platform == "linux" else LEVELS[-1:])
