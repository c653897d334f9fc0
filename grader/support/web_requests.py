"""Requests to other systems: a client that follows no redirect, and answers with limits of their size and time."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from ..version import __version__
from . import hosts


class AnswerTooLong(Exception):
    """An answer has more bytes than its limit."""


class AnswerTooSlow(Exception):
    """An answer is not complete when its time is over."""


def open_client(
    timeout: httpx.Timeout,
    *,
    headers: Mapping[str, str] | None = None,
    base_url: str = "",
    is_encrypted: bool = True,
    uses_proxy: bool = True,
    transport: httpx.BaseTransport | None = None,
) -> httpx.Client:
    """Return a client that follows no redirect, trusts the certificates of :mod:`hosts`, and names this program.

    ``is_encrypted`` is false for a client of addresses with http:// only, which needs no certificates. ``uses_proxy`` is false
    for hosts to which the proxy of the network does not lead.
    """
    return httpx.Client(
        base_url=base_url,
        headers={"User-Agent": f"grader/{__version__}", **(headers or {})},
        follow_redirects=False,
        timeout=timeout,
        trust_env=uses_proxy,
        verify=hosts.certificates() if is_encrypted else False,
        transport=transport,
    )


def parts_of(answer: httpx.Response, most: int, end: float = math.inf) -> Iterator[bytes]:
    """Yield the parts of an answer that has not been read yet.

    Raises AnswerTooLong after ``most`` bytes, and AnswerTooSlow at the moment ``end`` of the monotonic clock: the time limits of
    the client are for each part only, so an answer whose bytes arrive one by one would never end.
    """
    size = 0
    for part in answer.iter_bytes():
        size += len(part)
        if size > most:
            raise AnswerTooLong
        if time.monotonic() > end:
            raise AnswerTooSlow
        yield part


def content_of(answer: httpx.Response, most: int, end: float = math.inf) -> bytes:
    """Return the content of an answer that has not been read yet; raises AnswerTooLong and AnswerTooSlow."""
    return b"".join(parts_of(answer, most, end))


def seconds_to_wait(retry_after: str) -> float | None:
    """Return the seconds that a header ``Retry-After`` asks to wait (RFC 9110, 10.2.3: a number or a date), None for other text."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - datetime.now(UTC)).total_seconds())
    except (ValueError, OverflowError):
        return None
