"""Rules for HTTP with a course system: rate limits, addresses from which files may come, and addresses in messages."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import SplitResult

import httpx

from ..remote.address import ServerAddress, server_address
from ..support import hosts
from ..support.errors import UsageError
from ..support.text import clean
from .failures import BrokenDownload

MOST_WAIT = 120  # seconds that one request waits in all for a course system that says "later"
RATE_LIMIT = b"Rate Limit Exceeded"
BUSY = (429, 502, 503, 504)


def says_later(answer: httpx.Response, content: bytes) -> bool:
    """Return whether a server limits the rate: Canvas answers 403 "Rate Limit Exceeded" (doc/api/throttling.md), or 429."""
    is_limited = answer.status_code == 403 and (remaining(answer) <= 0 or RATE_LIMIT in content[:500])
    return answer.status_code in BUSY or is_limited


def seconds(answer: httpx.Response, otherwise: float) -> float:
    """Return the seconds that an answer asks to wait, or ``otherwise``."""
    text = answer.headers.get("retry-after", "")
    return min(float(text), MOST_WAIT) if text.isdigit() else otherwise


def remaining(answer: httpx.Response) -> float:
    """Return what Canvas says is left of the rate limit; much, without a word about it."""
    try:
        return float(answer.headers.get("x-rate-limit-remaining", "inf"))
    except ValueError:
        return float("inf")


def refuse_unsafe(address: str, server: ServerAddress) -> None:
    """Raise BrokenDownload for the address of a file that no course system has reason to send.

    A file at another host must be encrypted, and must not be on this machine or in the network behind it.
    """
    try:
        target = server_address(address)
    except UsageError:
        raise BrokenDownload("the course system sent something that is not the address of a file") from None
    if (hosts.is_inside(target.host) and not server.is_loopback) or target.is_open:
        raise BrokenDownload(f"the course system leads to {shown(address)}, where no file is fetched from")


def origin(parts: SplitResult) -> tuple[str, str | None, int]:
    """Return the scheme, the host and the port of an address."""
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def shown(address: str) -> str:
    """Return an address without what follows the question mark, which may be a secret."""
    return clean(address.partition("?")[0], 200)


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and the errors that caused it."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
