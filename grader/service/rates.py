"""Counts requests by who makes them, and refuses those that come too often. The counts are in memory and end with the server."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Iterator

from ..support.i18n import ngettext
from .configuration import ServiceLimits
from .errors import TooMany

MINUTE, HOUR = 60, 3600
FROM_ONE_ADDRESS = 30
"""How many times as many attempts to sign in one network address has as one account: a class may share an address."""
LAUNCHES_FROM_ONE_ADDRESS = 4 * FROM_ONE_ADDRESS
"""The same for launches of course systems: a whole lecture opens an exercise at once, and nobody can guess anything with them."""
SWEEP_SECONDS = 60
"""How often the requests are forgotten that count no more."""


class Rates:
    """The limits of a server. Each method raises TooMany, which says when to try again."""

    def __init__(self, limits: ServiceLimits) -> None:
        self._limits = limits
        self._windows: dict[tuple[int, *tuple[str, ...]], deque[float]] = {}  # times of requests
        self._swept = time.monotonic()
        self._lock = threading.Lock()

    def count_sign_in(self, name: str, address: str) -> None:
        """Count an attempt to sign in. Somebody at another address can slow an account down, but not lock it."""
        for most, seconds, *who in self._of_sign_in(name, address):
            self._count(most, seconds, *who)
        self.count_form(address)

    def forget_sign_ins(self, name: str, address: str) -> None:
        """Forget the attempts for an account after a right password."""
        with self._lock:
            for _most, seconds, *who in self._of_sign_in(name, address):
                self._windows.pop((seconds, *who), None)

    def count_form(self, address: str) -> None:
        """Count a form of a visitor who is not signed in: an attempt to sign in, a new account, or the use of a link."""
        self._count(self._limits.logins_a_minute * FROM_ONE_ADDRESS, MINUTE, "form", address)

    def count_launch(self, address: str) -> None:
        """Count the begin of a launch of a course system, which stores something for a visitor who is not signed in."""
        self._count(self._limits.logins_a_minute * LAUNCHES_FROM_ONE_ADDRESS, MINUTE, "launch", address)

    def count_hub_token(self, address: str) -> None:
        """Count a token for which the hub must be asked: anybody can invent tokens, and many notebook servers share an address."""
        self._count(self._limits.logins_a_minute * LAUNCHES_FROM_ONE_ADDRESS, MINUTE, "hub", address)

    def count_upload(self, user_id: str) -> None:
        """Count an upload of a user."""
        self._count(self._limits.uploads_a_minute, MINUTE, "upload", user_id)

    def count_api(self, token: str) -> None:
        """Count a request with a token."""
        self._count(self._limits.api_a_minute, MINUTE, "api", token)

    def _of_sign_in(self, name: str, address: str) -> Iterator[tuple[int, int, *tuple[str, ...]]]:
        a_minute = self._limits.logins_a_minute
        yield a_minute, MINUTE, "sign-in", name.casefold(), address
        yield a_minute * 60, HOUR, "sign-in", name.casefold()

    def _count(self, most: int, seconds: int, *who: str) -> None:
        """Count a request, unless there were ``most`` in the last ``seconds``: those that are refused do not count."""
        moment = time.monotonic()
        with self._lock:
            if moment - self._swept > SWEEP_SECONDS:
                self._sweep(moment)
            times = self._windows.setdefault((seconds, *who), deque())
            while times and times[0] <= moment - seconds:
                times.popleft()
            if len(times) < most:
                times.append(moment)
                return
            wait = max(1, math.ceil(times[0] + seconds - moment))
        message = ngettext(
            "Too many requests: try again in {count} second.",
            "Too many requests: try again in {count} seconds.",
            wait,
        )
        raise TooMany(message.format(count=wait), retry_after=wait)

    def _sweep(self, moment: float) -> None:
        self._windows = {key: times for key, times in self._windows.items() if times and times[-1] > moment - key[0]}
        self._swept = moment
