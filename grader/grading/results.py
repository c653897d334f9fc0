"""Creates the result of a check, as it is in the report."""

from __future__ import annotations

from ..assignment.check import Check
from ..checks.outcome import Outcome
from ..report.evidence import Evidence, Location, counting_evidence
from ..report.model import CheckResult
from ..report.statuses import Status
from ..support.errors import NotGradable
from ..support.i18n import _
from ..support.text import clean

MAX_MESSAGE = 1000  # characters, however long the names of functions and exceptions in a submission are


def check_result(
    check: Check, status: Status, message: str, share: float = 0, location: Location | None = None
) -> CheckResult:
    """Return the result of a check; ``share`` is the part of its points that the submission earns, from 0 to 1."""
    evidence = counting_evidence(check.bonus, check.required)
    if location is not None:
        evidence.location = location
    return CheckResult(
        name=check.name,
        title=_(check.title),
        status=status,
        score=None if status == "not_gradable" else round(share * check.points, 2),
        max_score=check.points,
        evidence=evidence,
        message=clean(message, MAX_MESSAGE),
    )


def to_be_marked(check: Check, outcome: Outcome) -> CheckResult:
    """Return the result of a check that a person marks: it has no score until then."""
    result = check_result(check, "skipped", outcome.message)
    return result.model_copy(update={"score": None, "evidence": result.evidence | outcome.evidence.cleaned()})


def not_graded(check: Check, error: NotGradable) -> CheckResult:
    """Return the result of a check that could not be graded for the reason that the error gives."""
    result = check_result(check, "not_gradable", str(error))
    if error.cause:
        result.evidence |= Evidence(not_graded_for=error.cause)
    return result
