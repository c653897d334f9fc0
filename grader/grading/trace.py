"""The by-products of a grading: the time of each stage, events while it runs, and the executed notebook."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple


class Timings(dict[str, float]):
    """The seconds of each stage: "prepare", "start", "load", each check under its name, "diagnosis"."""

    def add(self, stage: str, start_time: float) -> None:
        """Add the time since ``start_time`` (:func:`time.monotonic`) to a stage."""
        self[stage] = self.get(stage, 0.0) + time.monotonic() - start_time


class Event(NamedTuple):
    """One event of a grading: "started", "loaded", or "check" with the name of a check and its status.

    It never has more: the message and the evidence of a check may contain hidden inputs or a student's data.
    """

    kind: str
    check: str = ""
    status: str = ""


Listener = Callable[[Event], object]


@dataclass
class Trace:
    """The by-products of one grading; ``executed`` is the executed notebook, empty if nothing was executed.

    ``listener`` is called with each event, if there is one.
    """

    timings: Timings = field(default_factory=Timings)
    executed: bytes = b""
    listener: Listener | None = None

    def notify(self, kind: str, check: str = "", status: str = "") -> None:
        """Report an event to the listener."""
        if self.listener is not None:
            self.listener(Event(kind, check, status))
