"""The time that a worker has for one request, measured so that a loaded or slow machine gives the same verdict.

While the worker waits (none of its threads runs or is ready to run), wall-clock time is counted. While it computes, the
processor time of all its processes is counted, divided by the number of processors that they use at once. A busy machine
gives the worker less processor time per second, so the worker gets more seconds. Every request ends after ``LONGEST``
times its limit by the clock.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from ..machine import capacity

LOOK_SECONDS = 0.25  # between two measurements of a worker while the grader waits for it
SHORTEST_LOOK = 0.05  # the system counts processor time in hundredths of a second
LONGEST = 5  # most wall-clock time, as a multiple of the limit


class Allowance:
    """The time for one request: ``seconds`` of waiting or computing, and never more than ``longest`` by the clock.

    ``more`` lists the extensions in seconds, in the order of their use: the first lets an interrupted statement end,
    the second is for the statements after it, and so on.
    """

    def __init__(self, seconds: float, longest: float | None = None, more: Sequence[float] = ()) -> None:
        self.seconds = seconds
        self._more = [*more]
        self._interrupted = False
        self.spent = 0.0
        """The seconds of the limit that have been used."""
        self._looked = time.monotonic()
        self._end = self._looked + (LONGEST * seconds if longest is None else longest)
        self.next_look = 0.0
        """The time of the next measurement, on the clock of :func:`time.monotonic`."""
        self._plan()

    def _plan(self) -> None:
        wait = min(max(self.seconds - self.spent, SHORTEST_LOOK), LOOK_SECONDS)
        self.next_look = min(self._looked + wait, self._end)

    def interrupt(self) -> bool:
        """Extend the time so that the running statement can end.

        Return False if no extension is left, or if the previous interrupted statement has not ended.
        """
        if self._interrupted or not self._more:
            return False
        self._interrupted = True
        self._extend()
        return True

    def go_on(self) -> bool:
        """Note that another statement runs now; return True if that ended an interrupted one, and extend the time then."""
        ended, self._interrupted = self._interrupted, False
        if ended and self._more:
            self._extend()
        return ended

    def _extend(self) -> None:
        more = self._more.pop(0)
        self.seconds = max(self.spent, self.seconds) + more
        self._end = max(time.monotonic(), self._end) + LONGEST * more
        self._plan()

    @property
    def over(self) -> bool:
        """True if no time is left."""
        return self.spent >= self.seconds or time.monotonic() >= self._end

    @property
    def since_look(self) -> float:
        """Seconds since the last measurement, by the clock."""
        return time.monotonic() - self._looked

    def count(self, computed: float, ready: int) -> None:
        """Count the time since the last measurement.

        ``computed`` is the processor time in seconds that the worker has used since then or since an earlier moment
        (infinite if it is not known); ``ready`` is the number of its threads that run or wait for a processor now.
        """
        passed = self.since_look
        self._looked += passed
        self.spent += min(passed, computed / min(ready, capacity.processors())) if ready else passed
        self._plan()
