"""The checks that were not run: a page shows them together at its end, and a reader sees each reason once."""

from __future__ import annotations

from .model import CheckResult, Report


def by_reason(report: Report) -> list[list[CheckResult]]:
    """Return the checks that were not run, those with the same reason together; [] if there are less than two."""
    groups: dict[str, list[CheckResult]] = {}
    for check in report.checks:
        if _has_only_a_reason(check):
            groups.setdefault(check.message, []).append(check)
    return [*groups.values()] if sum(map(len, groups.values())) > 1 else []


def reason_follows(check: CheckResult, report: Report) -> bool:
    """Return whether the next check of the report was not run for the same reason, so that it can give the reason."""
    index = report.checks.index(check) + 1
    following = report.checks[index : index + 1]
    return all(_has_only_a_reason(each) for each in (check, *following)) and [check.message] == [
        each.message for each in following
    ]


def _has_only_a_reason(check: CheckResult) -> bool:
    """True if a check was not run, and if the report says nothing about it but the reason."""
    evidence = check.evidence
    is_marked = evidence.manual or evidence.by_hand is not None
    return check.status == "skipped" and not (is_marked or evidence.notes or evidence.for_instructor or check.hint)
