"""The isolation levels, strictest first."""

from __future__ import annotations

import sys

from ..support.choices import LEVELS, Level
from ..support.i18n import lazy

WORKER_GAPS = [  # gaps that a worker reports itself, in English: it imports nothing of this package
    lazy("number of processes"),
    lazy("another user id"),
    lazy("memory of all processes together"),
    lazy("memory of each process"),
    lazy("signals to your other processes"),
    lazy("Unix sockets"),
]
NOT_ENFORCED: dict[Level, list[str]] = {
    "strong": [],
    "medium": [lazy("private process ids"), lazy("permissions of your other files"), lazy("disk quota")],
    "none": [
        lazy("files"),
        lazy("network"),
        lazy("system calls"),
        lazy("private process ids"),
        lazy("disk quota"),
    ],
}


def to_try(level: Level | None) -> list[Level]:
    """Return the levels to try in this order: only ``level``, or without it all levels that this system may offer."""
    if level is not None:
        return [level]
    return list(LEVELS if sys.platform == "linux" else LEVELS[-1:])
