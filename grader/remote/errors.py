"""Why a server could not be used."""

from __future__ import annotations

from ..support.errors import GraderError


class NoAnswer(GraderError):
    """The server cannot be reached, or it failed: this says nothing about the submission. Exit code 3."""

    exit_code = 3


class Interrupted(NoAnswer):
    """The connection broke, or the server restarts: the same request may succeed a little later."""


class ServerRefusal(GraderError):
    """The server refused a request, for the reason in the message; ``status`` is that of HTTP."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status
        if status >= 500 or status == 429:
            self.exit_code = 3
