"""The connection to a server: sends requests with the token, and turns every failure into one sentence.

The token goes to the address that the user named and nowhere else: redirects are not followed, and the addresses in answers
are not used.
"""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import httpx

from ..support import i18n, web_requests
from ..support.errors import UsageError
from ..support.i18n import _
from ..support.text import clean
from .address import ServerAddress
from .errors import Interrupted, NoAnswer, ServerRefusal

CONNECT_SECONDS = 15
ANSWER_SECONDS = 90
API = "/api/v1"
UNAVAILABLE = (502, 503, 504)  # the server restarts, or a proxy does not reach it


class Connection:
    """A connection to the API of a server."""

    def __init__(self, address: ServerAddress, token: str) -> None:
        self.address = address
        self._client = web_requests.open_client(
            httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            base_url=f"{address.url}{API}",
            headers={
                "Authorization": f"Bearer {_checked(token)}",
                "Accept-Language": i18n.current(),
            },
            is_encrypted=address.is_encrypted,
            uses_proxy=not address.is_loopback,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def json(self, method: str, path: str, **parts: Any) -> Any:
        """Return the document that answers a request; raises GraderError."""
        answer = self.answer(method, path, **parts)
        try:
            return answer.json()
        except ValueError:
            raise self.not_a_server() from None

    def answer(self, method: str, path: str, **parts: Any) -> httpx.Response:
        """Return the answer to a request that was not refused; raises GraderError."""
        with self._sentences():
            answer = self._client.request(method, path, **parts)
        self._refuse(answer)
        return answer

    @contextmanager
    def lines(self, path: str, headers: Mapping[str, str], seconds: float) -> Iterator[Iterator[str]]:
        """Yield the lines of a stream; raises Interrupted if nothing arrives for some seconds."""
        timeout = httpx.Timeout(seconds, connect=CONNECT_SECONDS)
        with self._sentences(), self._client.stream("GET", path, headers=dict(headers), timeout=timeout) as answer:
            if not answer.is_success:
                answer.read()
            self._refuse(answer)
            yield answer.iter_lines()

    def not_a_server(self) -> UsageError:
        """Return the error that something else answers at the address."""
        sentence = _("There is no grading server at {address}: give the address of its first page.")
        return UsageError(sentence.format(address=self.address.url))

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except httpx.ConnectTimeout as error:
            raise NoAnswer(_no_answer(self.address)) from error
        except httpx.TimeoutException as error:
            raise Interrupted(
                _("{address} did not answer in time: try again.").format(address=self.address.url)
            ) from error
        except httpx.ConnectError as error:
            raise _no_connection(self.address, error) from error
        except httpx.ProxyError as error:
            sentence = _("The proxy of this network does not lead to {address}: check HTTPS_PROXY and NO_PROXY.")
            raise NoAnswer(sentence.format(address=self.address.url)) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.DecodingError) as error:
            raise self.not_a_server() from error
        except httpx.TransportError as error:
            sentence = _("The connection to {address} broke: try again.")
            raise Interrupted(sentence.format(address=self.address.url)) from error

    def _refuse(self, answer: httpx.Response) -> None:
        """Raise the error of an answer that is not a success."""
        status = answer.status_code
        if answer.is_success:
            return
        if 300 <= status < 400:
            target = clean(answer.headers.get("location", ""), 200)
            sentence = _(
                "{address} leads to {target}: give that server with --to if you trust it. The token was not sent to it."
            )
            raise UsageError(sentence.format(address=self.address.url, target=target))
        if status == 401:
            sentence = _("The server does not know this token: make a new one at {address}/me/tokens.")
            raise ServerRefusal(sentence.format(address=self.address.url), status)
        detail = _detail(answer)
        if status in UNAVAILABLE:
            sentence = _("{address} cannot answer now: try again in a few minutes.")
            raise Interrupted(detail or sentence.format(address=self.address.url))
        if detail:
            raise ServerRefusal(detail, status)
        if status == 413:
            raise ServerRefusal(_("The file is larger than the server accepts: delete large outputs from it."), status)
        if status >= 500:
            sentence = _("{address} failed ({status}). This says nothing about the submission: tell your instructor.")
            raise ServerRefusal(sentence.format(address=self.address.url, status=status), status)
        raise self.not_a_server()


def _checked(token: str) -> str:
    """Return a token without spaces around it; raises UsageError if it cannot be one. No message contains it."""
    token = token.strip()
    if not token:
        raise UsageError(_("The token is empty: copy it from the page of your tokens on the server."))
    if not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(_("The token contains characters that no token has: copy it again, without anything else."))
    return token


def _detail(answer: httpx.Response) -> str:
    """Return the sentence of a problem document, "" for another answer."""
    if "problem+json" not in answer.headers.get("content-type", ""):
        return ""
    try:
        return clean(json.loads(answer.text)["detail"], 1000)
    except (ValueError, KeyError, TypeError):
        return ""


def _no_answer(address: ServerAddress) -> str:
    sentence = _("No server answers at {address}: check the address, and whether the server runs.")
    return sentence.format(address=address.url)


def _no_connection(address: ServerAddress, error: BaseException) -> NoAnswer | Interrupted:
    """Return the error of a connection that was not made, by its causes."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return NoAnswer(_untrusted(address, cause))
        if isinstance(cause, ssl.SSLError):
            sentence = _("{address} does not speak HTTPS: check the address; it may begin with http://.")
            return NoAnswer(sentence.format(address=address.url))
        if isinstance(cause, socket.gaierror):
            sentence = _(
                "The host {host} is not known: check the address, and whether you are connected to the network."
            )
            return NoAnswer(sentence.format(host=clean(address.host, 100)))
    return Interrupted(_no_answer(address))


def _untrusted(address: ServerAddress, error: ssl.SSLCertVerificationError) -> str:
    reason = clean(error.verify_message, 200)
    if "expired" in reason:
        return _("The certificate of {host} has expired: tell your instructor.").format(host=address.host)
    if "match" in reason or "valid for" in reason:
        return _("The certificate of the server is not for {host}: check the address.").format(host=address.host)
    sentence = _(
        "The certificate of {host} is not trusted here ({reason}): check the address, or set SSL_CERT_FILE to the "
        "certificate that your instructor gives you."
    )
    return sentence.format(host=address.host, reason=reason)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
