"""The person whom a protocol has proved, and the random numbers that belong to both halves of a sign-in."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol as TypingProtocol

from ..service.identities import OutsidePerson


@dataclass(frozen=True)
class ProvedPerson:
    """Somebody whom another system has proved; ``groups`` is None if the system has not sent them."""

    person: OutsidePerson
    groups: frozenset[str] | None = None


@dataclass(frozen=True)
class Secrets:
    """The random numbers of one sign-in, with which its answer is recognised."""

    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Secrets:
        """Return new ones. ``verifier`` is that of PKCE, RFC 7636: 43 to 128 characters."""
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(48))


class Protocol(TypingProtocol):
    """How people sign in with one system. All functions raise LoginFailed."""

    def address(self, return_address: str, state: str, random: Secrets) -> str:
        """Return the address of the other system to which the browser goes."""
        ...

    def person(self, return_address: str, answer: Mapping[str, str], random: Secrets) -> ProvedPerson:
        """Return the person of an answer with which the browser comes back."""
        ...

    def check(self) -> str:
        """Return a sentence about a system that can be used."""
        ...


def text_of(claims: Mapping[str, object], *names: str) -> str:
    """Return the first of these claims that is a text with visible characters, "" without one."""
    for name in names:
        value = claims.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""
