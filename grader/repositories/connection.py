"""Requests to the interface of a host, with limits for their time and the size of their answers.

The credentials go to the interface only: a redirect to another place is followed without them, and only for downloads.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from ..support import web_requests
from ..support.i18n import _
from .model import AnswerTooLarge, HostBusy, HostProblem, NotPermitted, NotThere

SECONDS = httpx.Timeout(20.0, connect=10.0)
LONGEST_SECONDS = 120.0
"""For one answer: a host that sends a byte now and then would keep its thread for ever."""
MOST_JSON = 16 << 20
MOST_REDIRECTS = 3
MOST_PAGES = 100
BUSY_SECONDS = 60.0
"""After which a host that fails is asked again."""
LONGEST_WAIT = 3600.0
AGENT = "grader"


@dataclass(frozen=True)
class HostReply:
    """An answer of a host: ``content`` is the value of its JSON, None without one."""

    status: int
    content: Any
    headers: Mapping[str, str] = field(default_factory=dict)


class HostConnection:
    """The interface of one host. ``headers`` returns those of each request, with the credentials."""

    def __init__(self, address: str, name: str, headers: Callable[[], Mapping[str, str]]) -> None:
        self._address = address.rstrip("/")
        self._name = name
        self._headers = headers
        self._client = web_requests.open_client(SECONDS, headers={"User-Agent": AGENT})
        self._not_before = 0.0

    def get(self, path: str, params: Mapping[str, str | int] | None = None, etag: str = "") -> HostReply:
        """Return an answer; its status is 304 if ``etag`` is still the version of it."""
        return self.send("GET", path, params=params, headers={"If-None-Match": etag} if etag else {})

    def pages(self, path: str, **params: str | int) -> list[Any]:
        """Return the entries of all pages of a list."""
        entries: list[Any] = []
        for page in range(1, MOST_PAGES + 1):
            reply = self.get(path, {**params, "per_page": 100, "page": page})
            entries += self.entries(reply)
            if not has_next(reply):
                break
        return entries

    def entries(self, reply: HostReply) -> list[Any]:
        """Return the entries of one page of a list; raises HostProblem for anything else."""
        if not isinstance(reply.content, list):
            raise nonsense(self._name)
        return reply.content

    def record(self, reply: HostReply) -> dict[str, Any]:
        """Return the content of an answer with one object; raises HostProblem for anything else."""
        if not isinstance(reply.content, dict):
            raise nonsense(self._name)
        return reply.content

    def send(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HostReply:
        """Return the answer to a request; raises HostProblem for every status that is not a success."""
        address = f"{self._address}{path}"
        for _redirect in range(MOST_REDIRECTS + 1):
            with self._open(method, address, {**self._headers(), **(headers or {})}, body, params) as response:
                if response.has_redirect_location:
                    address, params = self._same_place(address, response), None
                    if response.status_code in (301, 302, 303) and method != "GET":
                        break  # it would become another request
                    continue
                content = self._read(response, MOST_JSON)
                self._refuse_failure(response, content)
                return HostReply(response.status_code, self._json(content), dict(response.headers))
        raise nonsense(self._name)

    def download(self, path: str, most: int, hosts: Collection[str], **params: str) -> bytes:
        """Return a file of at most ``most`` bytes, also from one of ``hosts`` and their subdomains; raises HostProblem."""
        address, headers = f"{self._address}{path}", dict(self._headers())
        parameters: Mapping[str, str] | None = params
        for _redirect in range(MOST_REDIRECTS + 1):
            with self._open("GET", address, headers, None, parameters) as response:
                if response.has_redirect_location:
                    target = urljoin(address, response.headers["location"])
                    if _origin(target) != _origin(address):
                        headers = {}
                        self._refuse_other_host(target, hosts)
                    address, parameters = target, None
                    continue
                content = self._read(response, most)
                self._refuse_failure(response, content)
                return content
        raise nonsense(self._name)

    def _open(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str],
        body: object,
        params: Mapping[str, str | int] | None,
    ) -> _Response:
        wait = self._not_before - time.monotonic()
        if wait > 0:
            raise self._busy(wait)
        request = self._client.build_request(
            method, address, headers=dict(headers), json=body, params=dict(params) if params else None
        )
        return _Response(self, request)

    def start(self, request: httpx.Request) -> httpx.Response:
        """Return the answer to a request, whose content has not been read."""
        try:
            return self._client.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            sentence = _("{host} cannot be reached ({reason}). It is tried again.")
            reason = type(error).__name__  # the message of an error may have the address
            raise HostBusy(sentence.format(host=self._name, reason=reason), BUSY_SECONDS) from error

    def _read(self, response: httpx.Response, most: int) -> bytes:
        try:
            return web_requests.content_of(response, most, time.monotonic() + LONGEST_SECONDS)
        except web_requests.AnswerTooLong:
            sentence = _("The repository is larger than {size} MB: take datasets and large outputs out of it.")
            raise AnswerTooLarge(sentence.format(size=most >> 20)) from None
        except web_requests.AnswerTooSlow:
            sentence = _("{host} answers too slowly. It is tried again.")
            raise HostBusy(sentence.format(host=self._name), BUSY_SECONDS) from None
        except httpx.HTTPError as error:
            sentence = _("{host} cannot be reached ({reason}). It is tried again.")
            raise HostBusy(sentence.format(host=self._name, reason=type(error).__name__), BUSY_SECONDS) from error

    def _refuse_failure(self, response: httpx.Response, content: bytes) -> None:
        status = response.status_code
        if status < 400:
            return
        wait = _seconds_to_wait(response)
        if status == 429 or (status == 403 and wait is not None):
            seconds = min(LONGEST_WAIT, wait if wait is not None else BUSY_SECONDS)
            self._not_before = time.monotonic() + seconds
            raise self._busy(seconds)
        if status >= 500:
            sentence = _("{host} fails with status {status}. It is tried again.")
            raise HostBusy(sentence.format(host=self._name, status=status), min(LONGEST_WAIT, wait or BUSY_SECONDS))
        if status == 401:
            sentence = _(
                "{host} refuses the credentials of this server: they have expired or were revoked. An administrator must put new "
                "ones into the configuration."
            )
            raise NotPermitted(sentence.format(host=self._name))
        if status == 403:
            sentence = _(
                "{host} does not permit this with the credentials of this server: an administrator must give them the permissions "
                "that docs/serve-repositories.md lists."
            )
            raise NotPermitted(sentence.format(host=self._name))
        if status in (404, 410):
            raise not_there(self._name)
        raise HostRefusal(
            _("{host} does not accept the request (status {status}).").format(host=self._name, status=status),
            _message(self._json(content)),
        )

    def _refuse_other_host(self, target: str, hosts: Collection[str]) -> None:
        try:
            parts = urlsplit(target)
            name = parts.hostname or ""
        except ValueError:
            name, parts = "", urlsplit("")
        is_known = any(name == host or name.endswith(f".{host}") for host in hosts)
        if not is_known or parts.scheme != urlsplit(self._address).scheme:
            raise HostProblem(_("{host} leads to another server, which is not followed.").format(host=self._name))

    def _same_place(self, address: str, response: httpx.Response) -> str:
        target = urljoin(address, response.headers["location"])
        if _origin(target) != _origin(self._address):
            raise HostProblem(_("{host} leads to another server, which is not followed.").format(host=self._name))
        return target

    def _json(self, content: bytes) -> Any:
        if not content.strip():
            return None
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            return None

    def _busy(self, seconds: float) -> HostBusy:
        sentence = _("{host} wants fewer requests: the next one is in {minutes} min.")
        return HostBusy(sentence.format(host=self._name, minutes=-int(-seconds // 60)), seconds)


class HostRefusal(HostProblem):
    """The host has understood the request and refuses it; ``reason`` are its words."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class _Response:
    """Opens an answer, and closes it at the end of a block."""

    def __init__(self, connection: HostConnection, request: httpx.Request) -> None:
        self._connection, self._request = connection, request

    def __enter__(self) -> httpx.Response:
        self._response = self._connection.start(self._request)
        return self._response

    def __exit__(self, *error: object) -> None:
        self._response.close()


def nonsense(host: str) -> HostProblem:
    """Return the problem that an answer is not one of the interface."""
    sentence = _("{host} gives an answer that is not the documented one: an administrator should check its address.")
    return HostProblem(sentence.format(host=host))


def not_there(host: str) -> NotThere:
    """Return the problem that something does not exist, or is not shown."""
    return NotThere(_("{host} does not have the repository, or does not show it to this server.").format(host=host))


def has_next(reply: HostReply) -> bool:
    """Return whether a list has another page."""
    return 'rel="next"' in reply.headers.get("link", "")


def moment_of(text: object) -> datetime | None:
    """Return a time that a host has written by ISO 8601, or as seconds since 1970; None for anything else."""
    try:
        if isinstance(text, int | float) and not isinstance(text, bool):
            return datetime.fromtimestamp(text, UTC)
        if isinstance(text, str):
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def _seconds_to_wait(response: httpx.Response) -> float | None:
    """Return for how long the host wants no further requests, None if it does not say so."""
    headers = response.headers
    after = headers.get("retry-after", "")
    if after:
        seconds = web_requests.seconds_to_wait(after)
        return BUSY_SECONDS if seconds is None else seconds
    for remaining, reset in (
        ("x-ratelimit-remaining", "x-ratelimit-reset"),
        ("ratelimit-remaining", "ratelimit-reset"),
    ):
        if headers.get(remaining) == "0" and headers.get(reset, "").isdecimal():
            return max(1.0, float(headers[reset][:12]) - time.time())
    return None


def _message(content: Any) -> str:
    message = content.get("message", content.get("error", "")) if isinstance(content, dict) else ""
    return message if isinstance(message, str) else json.dumps(message)


def _origin(address: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(address)
        return parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        return "", "", None
