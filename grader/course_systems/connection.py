"""The HTTP connection to a course system: one request after another, with patience for rate limits, and the token for its host only.

No message contains the token, or the part of an address after the question mark.
"""

from __future__ import annotations

import json
import os
import ssl
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx

from ..remote.address import ServerAddress
from ..support import web_requests
from ..support.atomic_files import NO_LINKS
from ..support.errors import UsageError
from ..support.text import clean
from . import http_rules
from .failures import BrokenDownload, CourseSystemFailure, RequestRefused, TokenRefused

CONNECT_SECONDS = 15
ANSWER_SECONDS = 90
DOWNLOAD_SECONDS = 900  # for one file
MOST_ANSWER = 64 << 20  # bytes of an answer that is not a file
MOST_REDIRECTS = 5
TRIES = 5
WAIT_SECONDS = (1, 2, 5, 15)  # before the next try, if the course system does not say how long
LOW_RATE = 50.0  # of X-Rate-Limit-Remaining, of which Canvas gives 700: below it, wait before the next request
PAUSE_SECONDS = 1
LONG_WAIT = 5  # seconds of which a person wants to know
ABOUT_CONTENT = ("content-encoding", "content-length", "transfer-encoding")
VARIABLE = "GRADER_COURSE_TOKEN"


class CourseConnection:
    """A connection to the server of a course system, with a token in the header ``Authorization``, or none."""

    def __init__(
        self,
        server: ServerAddress,
        bearer: str,
        wait: Callable[[float], None] = time.sleep,
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        """``bearer`` is the token for the header; "" if the course system takes it in another place.

        ``tell`` gets a line before a long wait.
        """
        self.server = server
        self._tell = tell
        self.requests = 0
        self._bearer = bearer
        self._wait = wait
        self._client = web_requests.open_client(
            httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            is_encrypted=server.is_encrypted,
            uses_proxy=not server.is_loopback,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def answer(
        self, method: str, url: str, form: Mapping[str, str] | None = None, reads: bool = False
    ) -> httpx.Response:
        """Return the answer to a request to the server, also if it is a refusal; ``url`` may be a path.

        A request is repeated if the server says "later"; one that only ``reads``, also if the connection breaks. Raises
        CourseSystemFailure if there is no answer, or a redirect, and RequestRefused if it is not known what a request did.
        """
        address = urljoin(f"{self.server.url}/", url)
        if http_rules.origin(urlsplit(address)) != http_rules.origin(urlsplit(self.server.url)):
            raise CourseSystemFailure(
                f"{self.server.url} sent the address of another server ({http_rules.shown(address)}), to which the token is not sent."
            )
        headers = {"Authorization": f"Bearer {self._bearer}"} if self._bearer else {}
        waited = 0.0
        for number in range(1, TRIES + 1):
            is_last = number == TRIES
            try:
                answer = self._one(method, address, headers, form)
            except httpx.TransportError as error:
                if is_last or not reads or isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                    raise self._no_answer(error, may_have_arrived=not reads) from error
                self._wait(WAIT_SECONDS[number - 1])
                continue
            if (
                not is_last
                and http_rules.says_later(answer, answer.content)
                and (reads or answer.status_code in (403, 429))
            ):
                seconds = http_rules.seconds(answer, WAIT_SECONDS[number - 1])
                waited += seconds
                if waited <= http_rules.MOST_WAIT:
                    if seconds >= LONG_WAIT:
                        self._tell(f"{self.server.host} limits the rate of requests: waiting {seconds:.0f} s.")
                    self._wait(seconds)
                    continue
                raise self._busy()
            if is_last and answer.status_code in (403, 429) and http_rules.says_later(answer, answer.content):
                raise self._busy()
            if 300 <= answer.status_code < 400:
                raise self._redirected(answer)
            if http_rules.remaining(answer) < LOW_RATE:
                self._wait(PAUSE_SECONDS)
            return answer
        raise AssertionError("the last try returns or raises")

    def _one(
        self, method: str, address: str, headers: Mapping[str, str], form: Mapping[str, str] | None
    ) -> httpx.Response:
        self.requests += 1
        with self._client.stream(method, address, headers=dict(headers), data=form) as answer:
            try:
                content = web_requests.content_of(answer, MOST_ANSWER)
            except web_requests.AnswerTooLong:
                raise CourseSystemFailure(
                    f"{http_rules.shown(address)} sent more than {MOST_ANSWER >> 20} MB: try again."
                ) from None
        headers = {name: value for name, value in answer.headers.items() if name not in ABOUT_CONTENT}
        return httpx.Response(answer.status_code, headers=headers, content=content, request=answer.request)

    def download(self, url: str, target: Path, limit: int, form: Mapping[str, str] | None = None) -> int:
        """Write a file of the course system, and return its size. Redirects are followed, also to another server.

        The token, in the header or in ``form``, is sent to the server of the course system only. Raises BrokenDownload for a
        file that is longer than ``limit``, is cut or does not exist, and CourseSystemFailure without an answer.
        """
        for number in range(1, TRIES + 1):
            try:
                return self._downloaded(url, target, limit, form)
            except (httpx.TransportError, _Later) as error:
                if number == TRIES:
                    raise BrokenDownload(f"the connection broke {TRIES} times while it was fetched") from error
                self._wait(error.seconds if isinstance(error, _Later) else WAIT_SECONDS[number - 1])
        raise AssertionError("the last try returns or raises")

    def upload(self, url: str, parameters: Mapping[str, str], name: str, content: bytes) -> str:
        """Send a file to an address that the course system gave, without the token; return the address of the confirmation.

        Raises RequestRefused if it is not taken.
        """
        if http_rules.origin(urlsplit(url)) != http_rules.origin(urlsplit(self.server.url)):
            try:
                http_rules.refuse_unsafe(url, self.server)
            except BrokenDownload as error:
                raise RequestRefused(str(error)) from error
        self.requests += 1
        try:
            answer = self._client.post(url, data=dict(parameters), files={"file": (name, content, "text/html")})
        except httpx.TransportError as error:
            raise RequestRefused(
                "the connection broke while the page was uploaded: run the same command again"
            ) from error
        location: str = answer.headers.get("location", "")
        if answer.status_code >= 400 or not location:
            raise RequestRefused(f"the page was not taken ({answer.status_code})")
        return urljoin(url, location)

    def _downloaded(self, url: str, target: Path, limit: int, form: Mapping[str, str] | None) -> int:
        home = http_rules.origin(urlsplit(self.server.url))
        address = urljoin(f"{self.server.url}/", url)
        deadline = time.monotonic() + DOWNLOAD_SECONDS
        for _ in range(MOST_REDIRECTS):
            is_home = http_rules.origin(urlsplit(address)) == home
            if not is_home:
                http_rules.refuse_unsafe(address, self.server)
            headers = {"Authorization": f"Bearer {self._bearer}"} if is_home and self._bearer else {}
            method, data = ("POST", form) if form and is_home else ("GET", None)
            self.requests += 1
            with self._client.stream(method, address, headers=headers, data=data) as answer:
                if answer.is_redirect:
                    address = urljoin(address, answer.headers["location"])
                    continue
                if answer.status_code == 401 and is_home:
                    raise TokenRefused(
                        f"{self.server.url} does not accept the token any more: make a new one, and run the same command again."
                    )
                if not answer.is_success:
                    beginning = next(answer.iter_bytes(), b"")
                    if http_rules.says_later(answer, beginning) or answer.status_code >= 500:
                        raise _Later(http_rules.seconds(answer, WAIT_SECONDS[1]))
                    raise BrokenDownload(f"the course system answers {answer.status_code} instead of the file")
                return _write(answer, target, limit, deadline)
        raise BrokenDownload("the course system redirects in a circle instead of sending the file")

    def document(self, answer: httpx.Response) -> Any:
        """Return the JSON of an answer; raises CourseSystemFailure if it is a page, for example one that asks for a login."""
        try:
            return json.loads(answer.content)
        except (ValueError, RecursionError):
            raise CourseSystemFailure(
                f"{http_rules.shown(str(answer.request.url))} answered with a page instead of data: check the address. Perhaps the "
                "course system wants a login in the browser, or blocks programs."
            ) from None

    def _busy(self) -> CourseSystemFailure:
        return CourseSystemFailure(f"{self.server.url} is too busy now: run the same command again in some minutes.")

    def _redirected(self, answer: httpx.Response) -> CourseSystemFailure:
        target = http_rules.shown(urljoin(str(answer.request.url), answer.headers.get("location", "")))
        return CourseSystemFailure(
            f"{self.server.url} leads to {target}, to which the token was not sent: if that is a login page, the address or the "
            "token is wrong; if it is the new address of the course system, give that one."
        )

    def _no_answer(self, error: httpx.TransportError, may_have_arrived: bool) -> CourseSystemFailure:
        for cause in http_rules.causes(error):
            if isinstance(cause, ssl.SSLCertVerificationError):
                return CourseSystemFailure(
                    f"The certificate of {self.server.host} is not trusted here ({clean(cause.verify_message)}): check the "
                    "address, or set SSL_CERT_FILE to the certificate of its authority."
                )
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError):
            return CourseSystemFailure(
                f"{self.server.url} cannot be reached: check the address and your network, and run the same command again."
            )
        if may_have_arrived:
            return RequestRefused(
                "the connection broke, so it is not known whether this arrived: run the same command again"
            )
        return CourseSystemFailure(f"The connection to {self.server.url} broke: run the same command again.")


class _Later(Exception):
    """The server of a file asks to try again in some seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


def token_of(option: str | None, environment: Mapping[str, str]) -> str:
    """Return the token of an option or of the environment; raises UsageError without one. No message contains it."""
    token = option if option is not None else environment.get(VARIABLE)
    if token is None:
        raise UsageError(f"A token is missing: make one in the course system, and set {VARIABLE} to it.")
    token = token.strip()
    if not token:
        raise UsageError(f"The token is empty: copy it from the course system, and set {VARIABLE} to it.")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError("The token contains characters that no token has: copy it again, without anything else.")
    return token


def _write(answer: httpx.Response, target: Path, limit: int, deadline: float) -> int:
    expected = answer.headers.get("content-length", "")
    if "content-encoding" not in answer.headers and expected.isdigit() and int(expected) > limit:
        raise BrokenDownload(f"it is larger than {limit >> 20} MB")
    try:
        with open(target, "wb", opener=lambda name, flags: os.open(name, flags | NO_LINKS, 0o600)) as file:
            return sum(file.write(part) for part in web_requests.parts_of(answer, limit, deadline))
    except web_requests.AnswerTooLong:
        raise BrokenDownload(f"it is larger than {limit >> 20} MB") from None
    except web_requests.AnswerTooSlow:
        raise BrokenDownload(f"it did not arrive within {DOWNLOAD_SECONDS // 60} minutes") from None
