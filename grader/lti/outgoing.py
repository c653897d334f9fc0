"""Requests to a platform: each has a time limit and a size limit, and follows no redirect."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from ..support import hosts, web_requests
from ..support.errors import GraderError
from . import addresses

SECONDS = 10.0
"""How long a whole request may take."""
SILENT_SECONDS = 5.0
"""How long the other side may send nothing."""
MOST_BYTES = 1 << 20


class Unreachable(GraderError):
    """There is no usable answer; the message says why, in a sentence for administrators, without secrets.

    ``was_sent``: the other side may have got the request, and may have done what it says.
    """

    def __init__(self, message: str, was_sent: bool = True) -> None:
        super().__init__(message)
        self.was_sent = was_sent


@dataclass(frozen=True)
class PlatformAnswer:
    """An answer with its ``status``, its ``headers`` (names in lower case) and its ``content``."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """Return the content as JSON; raises Unreachable if it is something else."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError) as error:
            raise Unreachable("The answer is not JSON.") from error


def ask(
    method: str,
    address: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    seconds: float = SECONDS,
    most_bytes: int = MOST_BYTES,
) -> PlatformAnswer:
    """Send a request and return the answer, whatever its status is; raises Unreachable for a redirect as well."""
    if not addresses.is_possible(address):
        raise Unreachable("The address must begin with https://.", was_sent=False)
    end = time.monotonic() + seconds
    timeout = httpx.Timeout(min(SILENT_SECONDS, seconds))
    is_local = hosts.is_this_machine(httpx.URL(address).host)
    try:
        with (
            web_requests.open_client(timeout, headers=headers, uses_proxy=not is_local) as client,
            client.stream(method, address, content=content) as response,
        ):
            if response.is_redirect:
                raise Unreachable("The address leads to another one: enter that one.")
            received = web_requests.content_of(response, most_bytes, end)
            names = {name.lower(): value for name, value in response.headers.items()}
            return PlatformAnswer(response.status_code, names, received)
    except web_requests.AnswerTooLong:
        raise Unreachable(f"The answer has more than {most_bytes} bytes.") from None
    except web_requests.AnswerTooSlow:
        raise Unreachable(f"The answer was not complete after {seconds:g} s.") from None
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        raise Unreachable(f"The address cannot be reached ({type(error).__name__}).", was_sent=False) from error
    except httpx.TimeoutException as error:
        raise Unreachable(f"There was no answer within {min(SILENT_SECONDS, seconds):g} s.") from error
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise Unreachable(f"The address cannot be reached ({type(error).__name__}).") from error


def read_json(address: str) -> Any:
    """Return the JSON document at an address; raises Unreachable for every other answer."""
    answer = ask("GET", address, headers={"accept": "application/json"})
    if answer.status != 200:
        raise Unreachable(f"The address answers with status {answer.status} instead of a document.")
    return answer.json()
