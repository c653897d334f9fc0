"""The statuses of a check and their properties, in one table that all formats and the grader itself use.

The spelling is part of the JSON contract, because other people's scripts read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..support.i18n import lazy

Status = Literal[
    "passed",
    "partial",
    "failed",
    "error",
    "timeout",
    "memory",
    "output",
    "crashed",
    "protocol",
    "skipped",
    "not_gradable",
]
"""The status of a check in a report."""

Ending = Literal["failed", "error", "timeout", "memory", "output", "crashed", "protocol", "not_gradable"]
"""The status of a check whose call of the submission gave no answer."""

Group = Literal["passed", "partial", "failed", "skipped", "not_gradable"]
"""Statuses that look alike in a report and are counted together in a class."""


@dataclass(frozen=True)
class StatusProperties:
    """The properties of one status."""

    word: str
    """A word for a table or a line, translatable."""

    label: str
    """The same for a page."""

    group: Group
    """The statuses with which it is counted; formats have one sign and one colour for each group."""

    is_finding: bool = True
    """True if the submission lost points in the check itself, so that formats for tools list it."""

    is_wrong_answer: bool = False
    """True if the submission gave an answer that is wrong, at least in part."""

    ends_worker: bool = False
    """True if the call of the submission ended the worker."""

    is_fine: bool = False
    """True for a check that passed, or that was skipped because of another check."""

    is_enough: bool = False
    """True if the checks that require this check can run."""


STATUSES: dict[Status, StatusProperties] = {
    "passed": StatusProperties(
        lazy("passed"), lazy("Passed"), "passed", is_finding=False, is_fine=True, is_enough=True
    ),
    "partial": StatusProperties(
        lazy("partial"), lazy("Partly correct"), "partial", is_wrong_answer=True, is_enough=True
    ),
    "failed": StatusProperties(lazy("failed"), lazy("Not passed"), "failed", is_wrong_answer=True),
    "error": StatusProperties(lazy("error"), lazy("Error in the code"), "failed"),
    "timeout": StatusProperties(lazy("timeout"), lazy("Time limit"), "failed", ends_worker=True),
    "memory": StatusProperties(lazy("memory"), lazy("Memory limit"), "failed", ends_worker=True),
    "output": StatusProperties(lazy("output"), lazy("Output limit"), "failed"),
    "crashed": StatusProperties(lazy("crashed"), lazy("Crashed"), "failed", ends_worker=True),
    "protocol": StatusProperties(lazy("protocol"), lazy("Connection broken"), "failed"),
    "skipped": StatusProperties(lazy("skipped"), lazy("Skipped"), "skipped", is_finding=False, is_fine=True),
    "not_gradable": StatusProperties(lazy("not graded"), lazy("Not graded"), "not_gradable", is_finding=False),
}
