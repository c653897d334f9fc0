"""The report of a submission on a server, with the path that the user named, as ``grader check`` would make it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ..report.model import Report
from ..support.errors import UsageError
from . import handing_in
from .connection import Connection
from .errors import NoAnswer
from .handing_in import RemoteSubmission


@dataclass(frozen=True)
class RemoteReport:
    """A report as JSON. ``report`` is None if a newer server made it, with parts that this version does not know."""

    document: str
    report: Report | None
    ending: str
    passed: bool

    @property
    def exit_code(self) -> int:
        """The exit code of ``grader check``."""
        if self.ending == "not_gradable":
            return 3
        return 0 if self.passed else 1


def report_of(connection: Connection, submission: RemoteSubmission, path: Path | str) -> RemoteReport:
    """Return the report of a final submission; its path is ``path``.

    Raises UsageError if the submission could not be read, and NoAnswer if there is no report for another reason.
    """
    if submission.state == "refused":
        raise UsageError(submission.sentence)
    text = handing_in.report(connection, submission)
    if text is None:
        raise NoAnswer(submission.sentence)
    try:
        document: dict[str, Any] = json.loads(text)
        document["submission"]["path"] = str(path)
        ending, passed = str(document["ending"]), bool(document["passed"])
    except (ValueError, KeyError, TypeError):
        raise connection.not_a_server() from None
    try:
        report = Report.model_validate(document)
    except ValidationError:
        return RemoteReport(json.dumps(document, indent=2), None, ending, passed)
    return RemoteReport(report.to_json(), report, ending, passed)
