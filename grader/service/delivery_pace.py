"""How often a delivery is tried, and for how long a system that fails is left alone."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Pace:
    """The times are seconds. ``at_once`` is the number of requests to one system at the same time.

    A delivery waits ``first`` seconds after its first failure, then twice as long each time, up to ``longest``. After ``patience``
    it is given up. A system that has failed ``most_failures`` times in a row gets nothing for ``first`` seconds, then one
    delivery, and so on, up to ``longest_pause``.
    """

    first: float = 60.0
    longest: float = 24 * 3600.0
    longest_pause: float = 900.0
    patience: float = 14 * 24 * 3600.0
    most_failures: int = 5
    at_once: int = 4
    threads: int = 8
    look: float = 1.0

    def wait(self, tries: int, least: float = 0.0) -> timedelta:
        """Return how long a delivery waits after its ``tries``-th failure, with up to a fifth more, so that not all come at once.

        ``least`` is the time that the other system asks for; more than ``longest`` is not believed.
        """
        seconds = max(_doubled(self.first, tries, self.longest), min(least, self.longest))
        return timedelta(seconds=seconds * random.uniform(1, 1.2))

    def pause(self, failures: int, least: float = 0.0) -> timedelta | None:
        """Return how long a system is left alone after so many failures in a row; None: not at all."""
        if failures < self.most_failures and not least:
            return None
        beyond = max(1, failures - self.most_failures + 1)
        return timedelta(seconds=max(_doubled(self.first, beyond, self.longest_pause), min(least, self.longest)))


def _doubled(first: float, count: int, most: float) -> float:
    """Return ``first`` doubled ``count - 1`` times, at most ``most``."""
    return min(most, first * 2.0 ** min(count - 1, 60))
