"""Counts requests by who makes them, and refuses those that come too often. The counts are in memory and end with the server."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from ..support.i18n import ngettext
from .configuration import ServiceLimits
from .errors import TooMany

FROM_ONE_ADDRESS = 30
"""How many times as many attempts to sign in one network address has as one account: a class may share an address."""


class Rates:
    """The limits of a server. Each method raises TooMany, which says when to try again."""

    def __init__(self, limits: ServiceLimits) -> None:
        self._limits = limits
        self._windows = MovingWindowRateLimiter(MemoryStorage())

    def count_sign_in(self, name: str, address: str) -> None:
        """Count an attempt to sign in. Somebody at another address can slow an account down, but not lock it."""
        for limit, *who in self._of_sign_in(name, address):
            self._count(limit, *who)
        self.count_form(address)

    def forget_sign_ins(self, name: str, address: str) -> None:
        """Forget the attempts for an account after a right password."""
        for limit, *who in self._of_sign_in(name, address):
            self._windows.clear(limit, *who)

    def count_form(self, address: str) -> None:
        """Count a form of a visitor who is not signed in: an attempt to sign in, a new account, or the use of a link."""
        self._count(RateLimitItemPerMinute(self._limits.logins_a_minute * FROM_ONE_ADDRESS), "form", address)

    def count_upload(self, user_id: str) -> None:
        """Count an upload of a user."""
        self._count(RateLimitItemPerMinute(self._limits.uploads_a_minute), "upload", user_id)

    def count_api(self, token: str) -> None:
        """Count a request with a token."""
        self._count(RateLimitItemPerMinute(self._limits.api_a_minute), "api", token)

    def _of_sign_in(self, name: str, address: str) -> Iterator[tuple[RateLimitItem, *tuple[str, ...]]]:
        a_minute = self._limits.logins_a_minute
        yield RateLimitItemPerMinute(a_minute), "sign-in", name.casefold(), address
        yield RateLimitItemPerHour(a_minute * 60), "sign-in", name.casefold()

    def _count(self, limit: RateLimitItem, *who: str) -> None:
        if not self._windows.hit(limit, *who):
            seconds = max(1, math.ceil(self._windows.get_window_stats(limit, *who).reset_time - time.time()))
            message = ngettext(
                "Too many requests: try again in {count} second.",
                "Too many requests: try again in {count} seconds.",
                seconds,
            )
            raise TooMany(message.format(count=seconds), retry_after=seconds)
