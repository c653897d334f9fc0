"""The time that a worker has for one request, measured so that a loaded or slow machine gives the same verdict.

While the worker waits (none of its threads runs or is ready to run), its time passes by the clock. While it computes, its
time is the processor time of all its processes, divided by the processors that they use at once. A machine that is busy with
other things gives it less processor time in a second, and so it has more seconds. At ``LONGEST`` times the limit every
request is over.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from .. import machine

LOOK_SECONDS = 0.25  # between two looks at a worker that keeps the grader waiting
SHORTEST_LOOK = 0.05  # the system counts processor time in hundredths of a second
LONGEST = 5  # times its limit, by the clock


class Allowance:
    """The time for one request: ``seconds`` of waiting or computing, and never more than ``longest`` by the clock.

    ``more`` are seconds that it can be extended by, one after the other: for what runs to end once it is interrupted,
    for what follows that, and so on.
    """

    def __init__(self, seconds: float, longest: float | None = None, more: Sequence[float] = ()) -> None:
        self.seconds = seconds
        self._more = [*more]
        self._interrupted = False
        self.spent = 0.0
        """Seconds of the limit that are used up."""
        self._looked = time.monotonic()
        self._end = self._looked + (LONGEST * seconds if longest is None else longest)

    def interrupt(self) -> bool:
        """Extend it for what runs to end; False if it has not ended the last time, or if nothing is left."""
        if self._interrupted or not self._more:
            return False
        self._interrupted = True
        self._extend()
        return True

    def go_on(self) -> bool:
        """Something else runs: extend it if what was interrupted has ended with this; whether it has."""
        ended, self._interrupted = self._interrupted, False
        if ended and self._more:
            self._extend()
        return ended

    def _extend(self) -> None:
        more = self._more.pop(0)
        self.seconds = max(self.spent, self.seconds) + more
        self._end = max(time.monotonic(), self._end) + LONGEST * more

    @property
    def over(self) -> bool:
        """Whether nothing is left of it."""
        return self.spent >= self.seconds or time.monotonic() >= self._end

    @property
    def next_look(self) -> float:
        """When to look at the worker again, as a time of :func:`time.monotonic`."""
        wait = min(max(self.seconds - self.spent, SHORTEST_LOOK), LOOK_SECONDS)
        return min(self._looked + wait, self._end)

    @property
    def since_look(self) -> float:
        """Seconds since the last look, by the clock."""
        return time.monotonic() - self._looked

    def count(self, computed: float, ready: int) -> None:
        """Count the time since the last look.

        ``computed`` is the processor time that the worker has used since then or since an earlier moment, infinite where
        it is not known; ``ready`` is how many of its threads run or wait for a processor now.
        """
        passed = self.since_look
        self._looked += passed
        self.spent += min(passed, computed / min(ready, machine.processors())) if ready else passed
