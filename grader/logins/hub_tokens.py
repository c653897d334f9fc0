"""Remembers for a short time to whom a token of a JupyterHub belongs, because a program that waits asks often."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from ..service.identifiers import digest_of
from .hub import Hub, UnknownToken
from .proved import ProvedPerson

KEPT_SECONDS = 60
"""For how long a token is valid here that the hub has taken back."""
REFUSED_SECONDS = 10
MOST = 10_000


class HubTokens:
    """The tokens of one hub. Threads can share it."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.settings = hub.settings
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, ProvedPerson | None]] = OrderedDict()

    def check(self) -> str:
        """Return a sentence about a hub that can be used; raises LoginFailed."""
        return self._hub.check()

    def is_kept(self, token: str) -> bool:
        """Return whether the hub need not be asked whose token this is."""
        with self._lock:
            return self._kept.get(digest_of(token), (0.0, None))[0] > time.monotonic()

    def person_of(self, token: str) -> tuple[ProvedPerson, bool]:
        """Return the person of a token, and whether the hub has just been asked; raises UnknownToken, and LoginFailed."""
        digest = digest_of(token)
        with self._lock:
            expires, person = self._kept.get(digest, (0.0, None))
        if expires > time.monotonic():
            if person is None:
                raise UnknownToken
            return person, False
        try:
            person = self._hub.person_of(token)
        except UnknownToken:
            self._keep(digest, REFUSED_SECONDS, None)
            raise
        self._keep(digest, KEPT_SECONDS, person)
        return person, True

    def _keep(self, digest: str, seconds: float, person: ProvedPerson | None) -> None:
        with self._lock:
            self._kept[digest] = (time.monotonic() + seconds, person)
            self._kept.move_to_end(digest)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
