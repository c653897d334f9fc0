"""An answer that cannot be right, whatever numbers it has."""

from __future__ import annotations

from ..sandbox.failures import CallError


class WrongAnswer(CallError):
    """The submission answers, but not with the results of the task: a function is missing, or a value has a wrong type.

    It ends a check in the same way as a call without an answer, with the status "failed". ``bug`` is the name of the mistake,
    if such a value can only come from one, and ``where`` is the variable with the mistake, or "".
    """

    def __init__(self, message: str, bug: str = "", where: str = "") -> None:
        super().__init__("failed", message)
        self.bug = bug
        self.where = where
