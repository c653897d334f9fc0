"""Pauses a worker after several failures of its machine in a row: otherwise it would fail faster than others grade, and eat the queue."""

from __future__ import annotations

import time

MOST_FAILURES = 3
PAUSE_SECONDS = 30.0


class Pausing:
    """The failures of a worker in a row. After a pause it tries a single submission."""

    def __init__(self) -> None:
        self.failures = 0
        self.paused = ""
        """Why nothing is claimed; "" if the worker works."""
        self._last_id = ""
        self._until = 0.0

    def note_success(self) -> None:
        """Continue at once."""
        self.failures, self.paused, self._last_id = 0, "", ""

    def note_failure(self, submission_id: str, reason: str) -> None:
        """Count a failure. Several of one submission count once, because they may be its fault."""
        if submission_id == self._last_id:
            return
        self._last_id = submission_id
        self.failures += 1
        if self.failures >= MOST_FAILURES:
            self.paused = reason
            self._until = time.monotonic() + PAUSE_SECONDS

    def most_claims(self, free: int, running: int) -> int:
        """Return how many of ``free`` claims the worker may make, while it has ``running`` ones."""
        if not self.paused:
            return free
        return 1 if time.monotonic() >= self._until and running == 0 and free > 0 else 0
