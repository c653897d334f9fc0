"""Passwords: the rules for new ones, and their argon2 hashes. A hash takes time on purpose, so no transaction waits for one."""

from __future__ import annotations

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ..support.i18n import _
from .errors import Unreadable

SHORTEST, LONGEST = 10, 200
LEAST_CHARACTERS = 5  # different ones
HASHER = PasswordHasher(time_cost=2, memory_cost=19 << 10, parallelism=1)  # OWASP's parameters with the least memory
_at_once = threading.BoundedSemaphore(2)  # many sign-ins at once would take the memory of the grader


def require_good(password: str, name: str = "") -> None:
    """Raise Unreadable for a new password that is easy to guess, or too long."""
    if len(password) < SHORTEST:
        raise Unreadable(_("The password needs at least {count} characters.").format(count=SHORTEST))
    if len(password) > LONGEST:
        raise Unreadable(_("The password may have at most {count} characters.").format(count=LONGEST))
    if len(set(password)) < LEAST_CHARACTERS or (len(name) > 2 and name.casefold() in password.casefold()):
        raise Unreadable(_("The password is easy to guess: use other characters, and not your login name."))


def hash_of(password: str) -> str:
    """Return the hash of a password."""
    with _at_once:
        return HASHER.hash(password.encode(errors="surrogatepass"))


def is_right(password: str, stored: str) -> bool:
    """Return whether a password belongs to a hash. Takes the same time without a hash (""), and returns False then."""
    if len(password) > LONGEST:
        return False
    with _at_once:
        try:
            HASHER.verify(stored or _nobody(), password.encode(errors="surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False
    return bool(stored)


def is_outdated(stored: str) -> bool:
    """Return whether a hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(stored)


@cache
def _nobody() -> str:
    return HASHER.hash("nobody has this password")
