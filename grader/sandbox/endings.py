"""How a call of student code can end without an answer."""

from __future__ import annotations

from typing import Literal

Ending = Literal["failed", "error", "timeout", "memory", "output", "crashed", "protocol"]
Place = tuple[int | None, int | None]


class CallFailed(Exception):
    """No answer: ``status`` is one of the report's, the text is the sentence that the student reads.

    ``place`` is the cell (None in a module) and the line at which the submission failed, as the worker tells it.
    """

    def __init__(self, status: Ending, message: str, place: Place | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.place = place
