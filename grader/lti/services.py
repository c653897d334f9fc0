"""Requests to the services of a platform, such as its columns for marks, with an access token (security framework 1.0, 4.1)."""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from ..support import web_requests
from ..support.errors import GraderError
from ..support.text import clean
from . import addresses, outgoing
from .outgoing import PlatformAnswer, Unreachable

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 60
EARLY_SECONDS = 60.0
"""By how much a token is renewed before it expires."""
TOKEN_SECONDS = 300.0
"""How long a token is used that does not say when it expires."""
MOST_PAGES = 1000
LIST_SECONDS = 600.0
"""How long all pages of a list may take: the lists of other platforms wait meanwhile."""
MOST_BYTES = 16 << 20
LONGEST_DETAIL = 200
NEXT = re.compile(r"<([^>]*)>((?:\s*;\s*[\w-]+\s*=\s*(?:\"[^\"]*\"|[^\s,;]+))*)")
REL = re.compile(r";\s*rel\s*=\s*\"?([^\";]*)", re.IGNORECASE)


class ServiceRefused(GraderError):
    """A platform has answered with an error. ``detail`` are its own words, ``seconds`` the time that it asks to wait.

    ``is_token``: it has given no access token, so that nothing can be sent to it.
    """

    def __init__(self, status: int, detail: str = "", seconds: float = 0.0, is_token: bool = False) -> None:
        super().__init__(f"The course system answers with status {status}.")
        self.status, self.detail, self.seconds, self.is_token = status, detail, seconds, is_token


@dataclass(frozen=True)
class PlatformAccess:
    """What a request for an access token needs. ``audience`` is that of the signed request."""

    client_id: str
    token_url: str
    audience: str


@dataclass(frozen=True)
class _Token:
    text: str
    until: float


@dataclass
class AccessTokens:
    """Gets access tokens, one for each platform and scope, and keeps them in memory. All methods can be called in any thread.

    ``sign`` returns claims as a token that is signed with the key of this server.
    """

    sign: Callable[[dict[str, Any]], str]
    _tokens: dict[tuple[PlatformAccess, str], _Token] = field(default_factory=dict)
    _locks: dict[tuple[PlatformAccess, str], threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def token(self, access: PlatformAccess, scope: str) -> str:
        """Return a token that is still valid; raises Unreachable or ServiceRefused."""
        key = (access, scope)
        with self._lock:
            own = self._locks.setdefault(key, threading.Lock())
        with own:  # one thread asks, the others wait for its token
            current = self._tokens.get(key)
            if current is None or current.until <= time.monotonic():
                current = self._tokens[key] = self._new(access, scope)
            return current.text

    def forget(self, access: PlatformAccess, scope: str, token: str) -> None:
        """Ask for a new token next time, unless somebody has done so already."""
        current = self._tokens.get((access, scope))
        if current is not None and current.text == token:
            self._tokens.pop((access, scope), None)

    def _new(self, access: PlatformAccess, scope: str) -> _Token:
        moment = int(time.time())
        assertion = {
            "iss": access.client_id,
            "sub": access.client_id,
            "aud": access.audience,
            "iat": moment,
            "exp": moment + ASSERTION_SECONDS,
            "jti": secrets.token_urlsafe(16),
        }
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION,
            "client_assertion": self.sign(assertion),
            "scope": scope,
        }
        answer = outgoing.ask(
            "POST",
            access.token_url,
            headers={"content-type": "application/x-www-form-urlencoded", "accept": "application/json"},
            content=urlencode(form).encode(),
        )
        if answer.status != 200:
            raise ServiceRefused(answer.status, detail_of(answer), wait_of(answer), is_token=True)
        document = answer.json()
        text = document.get("access_token") if isinstance(document, dict) else None
        if not isinstance(text, str) or not text.isascii() or not text.isprintable():
            raise Unreachable("The answer to the request for an access token has none.")
        seconds = document.get("expires_in")
        lifetime = float(seconds) if isinstance(seconds, int | float) and seconds > 0 else TOKEN_SECONDS
        return _Token(text, time.monotonic() + max(lifetime - EARLY_SECONDS, lifetime / 2))


@dataclass(frozen=True)
class PlatformServices:
    """The services of one platform."""

    tokens: AccessTokens
    access: PlatformAccess

    def call(
        self,
        scope: str,
        method: str,
        address: str,
        *,
        accept: str,
        document: Mapping[str, Any] | None = None,
        content_type: str = "",
    ) -> PlatformAnswer:
        """Return the answer to a request that was fulfilled; raises Unreachable or ServiceRefused.

        After status 401 the request is made once more, with a new token.
        """
        if addresses.is_inside(address) and not addresses.is_inside(self.access.token_url):
            raise Unreachable("The course system names an address of this machine or of its network.", was_sent=False)
        content = None if document is None else json.dumps(document).encode()
        for is_last in (False, True):
            token = self.tokens.token(self.access, scope)
            headers = {"authorization": f"Bearer {token}", "accept": accept}
            if content is not None:
                headers["content-type"] = content_type
            answer = outgoing.ask(method, address, headers=headers, content=content, most_bytes=MOST_BYTES)
            if answer.status != 401 or is_last:
                break
            self.tokens.forget(self.access, scope, token)
        if not 200 <= answer.status < 300:
            raise ServiceRefused(answer.status, detail_of(answer), wait_of(answer))
        if answer.content.strip() and _is_page(answer):
            raise Unreachable("The answer is a page for people, not that of the service.")
        return answer

    def pages(self, scope: str, address: str, accept: str) -> Iterator[Any]:
        """Yield the documents of a list that has several pages (RFC 8288); raises Unreachable or ServiceRefused."""
        first, visited, end = address, {address}, time.monotonic() + LIST_SECONDS
        for _number in range(MOST_PAGES):
            if time.monotonic() > end:
                raise Unreachable(f"The list was not complete after {LIST_SECONDS:g} s.")
            answer = self.call(scope, "GET", address, accept=accept)
            yield answer.json()
            following = next_page(answer, address)
            if following is None:
                return
            if addresses.origin_of(following) != addresses.origin_of(first) or following in visited:
                raise Unreachable("The next page of the list is at another host, or is one that was read already.")
            visited.add(following)
            address = following
        raise Unreachable("The list has too many pages.")


def next_page(answer: PlatformAnswer, address: str) -> str | None:
    """Return the address of the next page that the header Link names, None at the last page."""
    for match in NEXT.finditer(answer.headers.get("link", "")):
        relation = REL.search(match[2])
        if relation is not None and "next" in relation[1].lower().split():
            following: str = urljoin(address, match[1])
            return following
    return None


def with_fields(address: str, fields: Mapping[str, str]) -> str:
    """Return an address with more fields in its query."""
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(fields)}" if fields else address


def wait_of(answer: PlatformAnswer) -> float:
    """Return how many seconds an answer asks to wait, 0 if it does not say so."""
    return web_requests.seconds_to_wait(answer.headers.get("retry-after", "")) or 0.0


def detail_of(answer: PlatformAnswer) -> str:
    """Return the words of a platform about an error in one line, "" for a page."""
    try:
        words = _words(json.loads(answer.content[:10_000]))
    except (ValueError, RecursionError):
        words = [] if _is_page(answer) else [answer.content[:1000].decode(errors="replace")]
    return clean(" ".join(" ".join(words).split()), LONGEST_DETAIL)


def _words(value: Any) -> list[str]:
    """Return the strings in a document about an error, which each platform writes in its own way."""
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [word for part in parts for word in _words(part)]


def _is_page(answer: PlatformAnswer) -> bool:
    start = answer.content[:200].lstrip().lower()
    return "html" in answer.headers.get("content-type", "") or start.startswith((b"<!doctype", b"<html"))
