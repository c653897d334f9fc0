"""How a call of student code can end without an answer."""

from __future__ import annotations

from typing import Literal

Ending = Literal["failed", "error", "timeout", "memory", "output", "crashed", "protocol"]


class CallFailed(Exception):
    """No answer: ``status`` is one of the report's, the text is the sentence that the student reads.

    ``raised`` is the exception of student code that ended the call, "ValueError: ..."; "" if there was none.
    """

    def __init__(self, status: Ending, message: str, raised: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.raised = raised
