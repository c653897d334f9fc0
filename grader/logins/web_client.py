"""Sends requests to other systems with limits of time and size. Redirects are not followed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import httpx

from ..support import hosts, web_requests

CONNECT_SECONDS = 5
ANSWER_SECONDS = 10
MOST_BYTES = 1 << 20


class NoUsableAnswer(Exception):
    """There was no usable answer; the message says why, for the log and for ``grader serve check``."""


class WebClient:
    """A client for all requests of a server to other systems. Threads can share it."""

    def __init__(self, seconds: float = ANSWER_SECONDS, transport: httpx.BaseTransport | None = None) -> None:
        self._seconds = seconds
        self._client = web_requests.open_client(
            httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            transport=transport,
        )

    @classmethod
    def without_proxy(cls) -> WebClient:
        """Return a client for a system in the own network, to which the proxy of the network does not lead."""
        return cls(transport=httpx.HTTPTransport(verify=hosts.certificates()))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def post(self, address: str, **parts: Any) -> httpx.Response:
        """Return the answer to a form; raises NoUsableAnswer."""
        return self.request("POST", address, **parts)

    def request(self, method: str, address: str, **parts: Any) -> httpx.Response:
        """Return an answer that has been read completely; raises NoUsableAnswer."""
        end = time.monotonic() + self._seconds
        try:
            with self._client.stream(method, address, **parts) as answer:
                content = web_requests.content_of(answer, MOST_BYTES, end)
        except web_requests.AnswerTooLong:
            raise NoUsableAnswer(f"the answer has more than {MOST_BYTES >> 20} MB") from None
        except web_requests.AnswerTooSlow:
            raise NoUsableAnswer(f"the answer took more than {self._seconds:g} seconds") from None
        except httpx.TimeoutException as error:
            raise NoUsableAnswer(f"there was no answer within {self._seconds:g} seconds") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise NoUsableAnswer(f"the connection failed ({_plain(error)})") from error
        headers = {name: answer.headers[name] for name in ("content-type", "link") if name in answer.headers}
        return httpx.Response(answer.status_code, headers=headers, content=content, request=answer.request)

    def document(self, address: str, headers: Mapping[str, str] | None = None) -> Any:
        """Return the JSON document at an address; raises NoUsableAnswer."""
        return document_of(self.request("GET", address, headers=dict(headers or {})))


def document_of(answer: httpx.Response) -> Any:
    """Return the JSON document of an answer; raises NoUsableAnswer."""
    if not answer.is_success:
        raise NoUsableAnswer(f"the answer has the status {answer.status_code}")
    try:
        return answer.json()
    except (ValueError, RecursionError):
        kind = answer.headers.get("content-type", "").partition(";")[0][:40] or "nothing"
        raise NoUsableAnswer(f"the answer is not JSON, but {kind}") from None


def _plain(error: Exception) -> str:
    """Return the reason of a failure without the address, which may have a secret."""
    return type(error).__name__ if isinstance(error, httpx.InvalidURL) else str(error)[:200] or type(error).__name__
