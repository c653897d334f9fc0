"""The public keys of platforms, read from their addresses, and kept for a while.

The key set of a platform is read again if it has no key with the id of a message: platforms change their keys. That happens at
most once in a while, so that messages with invented ids cannot make the server send requests. Only a few messages wait for a platform
that answers slowly: all others would hold the threads of the whole server.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from . import outgoing
from .outgoing import Unreachable
from .refusals import LaunchRefused

FRESH_SECONDS = 3600
"""After this time the keys are read again, so that a platform can withdraw one."""
USABLE_SECONDS = 24 * 3600
"""For how long keys are used if they cannot be read again."""
PAUSE_SECONDS = 30
"""The least time between two requests to one address."""
FEWEST_BITS = 2048
MOST_KEYS = 50
MOST_WAITING = 8
"""How many messages wait for the keys of one address at the same time."""


@dataclass
class _Kept:
    """The keys of one address by their ids, and when they were read, and asked for, last."""

    keys: dict[str, RSAKey] = field(default_factory=dict)
    read: float = float("-inf")
    asked: float = float("-inf")
    problem: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)
    places: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MOST_WAITING))


class PlatformKeys:
    """The keys of all platforms of a server. All methods can be called in any thread."""

    def __init__(
        self, read_json: Callable[[str], Any] = outgoing.read_json, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read_json = read_json
        self._clock = clock
        self._kept: dict[str, _Kept] = {}

    def key(self, address: str, key_id: str) -> RSAKey:
        """Return the key with this id; raises LaunchRefused if the platform has none, or if its keys cannot be read."""
        entry = self._kept.setdefault(address, _Kept())
        key = self._key(entry, key_id, FRESH_SECONDS)
        if key is None:
            key = self._new_key(entry, address, key_id)
        if key is not None:
            return key
        if entry.problem:
            raise LaunchRefused("keys", f"The keys of the platform cannot be read: {entry.problem}")
        raise LaunchRefused("key", "The platform has no key with the id of the message.")

    def _key(self, entry: _Kept, key_id: str, seconds: float) -> RSAKey | None:
        return entry.keys.get(key_id) if self._clock() - entry.read < seconds else None

    def _new_key(self, entry: _Kept, address: str, key_id: str) -> RSAKey | None:
        """Return a key after the keys have been read again, unless that was done a moment ago."""
        if not entry.places.acquire(blocking=False):
            key = self._key(entry, key_id, USABLE_SECONDS)
            if key is None:
                raise LaunchRefused("keys", "Many messages wait for the keys of the platform, which answers slowly.")
            return key
        try:
            with entry.lock:
                is_known = self._key(entry, key_id, FRESH_SECONDS) is not None  # another message has waited for it
                if not is_known and self._clock() - entry.asked >= PAUSE_SECONDS:
                    self._read(entry, address)
                return self._key(entry, key_id, USABLE_SECONDS)
        finally:
            entry.places.release()

    def _read(self, entry: _Kept, address: str) -> None:
        entry.asked = self._clock()
        try:
            entry.keys, entry.problem = keys_of(self._read_json(address)), ""
            entry.read = self._clock()
        except Unreachable as error:
            entry.problem = str(error)


def keys_of(document: Any) -> dict[str, RSAKey]:
    """Return the keys of a key set (RFC 7517) that can have signed a message; raises Unreachable if it has none."""
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise Unreachable("The document at the address is not a set of keys.")
    keys: dict[str, RSAKey] = {}
    for entry in entries[:MOST_KEYS]:
        if not isinstance(entry, dict) or entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig":
            continue
        key_id = entry.get("kid")
        if not isinstance(key_id, str) or not key_id or entry.get("alg", "RS256") != "RS256":
            continue
        try:
            key = RSAKey.import_key({name: entry[name] for name in ("kty", "n", "e")})
            is_strong = key.public_key.key_size >= FEWEST_BITS
        except (JoseError, KeyError, TypeError, ValueError):
            continue
        if is_strong:
            keys.setdefault(key_id, key)
    if not keys:
        raise Unreachable("The set of keys has no RSA key of at least 2048 bits with an id.")
    return keys
