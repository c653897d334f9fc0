"""The by-products of a grading: the time of each stage, and the executed notebook."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


class Timings(dict[str, float]):
    """The seconds of each stage: "prepare", "start", "load", each check under its name, "diagnosis"."""

    def add(self, stage: str, start_time: float) -> None:
        """Add the time since ``start_time`` (:func:`time.monotonic`) to a stage."""
        self[stage] = self.get(stage, 0.0) + time.monotonic() - start_time


@dataclass
class Trace:
    """The by-products of one grading; ``executed`` is the executed notebook, empty if nothing was executed."""

    timings: Timings = field(default_factory=Timings)
    executed: bytes = b""
