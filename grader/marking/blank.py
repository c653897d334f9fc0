"""Makes the report on a submission that was never run, for a person who gets marks by hand without one."""

from __future__ import annotations

from collections.abc import Sequence

from ..assignment.check import Check
from ..report.evidence import counting_evidence
from ..report.model import AssignmentName, CheckResult, Environment, Isolation, Report, SubmissionName
from ..support.choices import Level
from ..support.i18n import _


def blank_report(assignment: AssignmentName, checks: Sequence[Check], path: str, reason: str, level: Level) -> Report:
    """Return a report without a score, in which no check was run for this reason."""
    results = [
        CheckResult(
            name=check.name,
            title=_(check.title),
            status="skipped",
            score=0.0,
            max_score=check.points,
            message=reason,
            evidence=counting_evidence(check.bonus, check.required),
        )
        for check in checks
    ]
    return Report(
        assignment=assignment,
        submission=SubmissionName(path=path, sha256=""),
        score=None,
        max_score=sum(check.points for check in checks if not check.bonus),
        passed=False,
        ending="not_gradable",
        checks=results,
        isolation=Isolation(level=level, not_enforced=[]),
        environment=Environment(python="", numpy="", tensorflow=None, device="", data=None),
        seconds=0.0,
    )
