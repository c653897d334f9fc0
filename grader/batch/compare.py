"""Compares two batches: which scores changed, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..report.model import CheckResult, Report
from ..support.text import clean, plural
from . import store
from .store import Record


def compare(first: Path, second: Path) -> Iterator[str]:
    """Yield a sentence for each difference between two output folders; scores are compared before late penalties.

    Raises UsageError if one of them is not an output folder.
    """
    before, after = store.read(first), store.read(second)
    yield from _circumstances(before, after)
    changed = 0
    for identity in sorted(before.keys() & after.keys(), key=lambda each: (after[each].name.casefold(), each)):
        old, new = before[identity], after[identity]
        reasons = _reasons(old, new)
        if reasons:
            changed += _score(old) != _score(new)
            yield f"{_score(old):>8} -> {_score(new):<8}  {clean(new.name)}: {'; '.join(reasons)}"
    for identity in sorted(before.keys() ^ after.keys()):
        where, record = (first, before[identity]) if identity in before else (second, after[identity])
        yield f"{_score(record):>8}    only in {where}: {clean(record.name)}"
    both = len(before.keys() & after.keys())
    yield f"{plural(changed, 'score')} changed ({plural(both, 'student')} in both)."


def _circumstances(before: dict[str, Record], after: dict[str, Record]) -> Iterator[str]:
    """Yield a sentence for each difference that concerns all students."""
    for what in ("assignment", "isolation", "environment"):
        old, new = (_told(records, what) for records in (before, after))
        if old != new:
            yield f"{what}: {' and '.join(old) or 'none'} -> {' and '.join(new) or 'none'}"


def _told(records: dict[str, Record], what: str) -> list[str]:
    return sorted({_circumstance(record.report, what) for record in records.values() if record.report is not None})


def _circumstance(report: Report, what: str) -> str:
    if what == "assignment":
        return f"{report.assignment.name} {report.assignment.version}"
    if what == "isolation":
        return report.isolation.level
    return f"Python {report.environment.python}, NumPy {report.environment.numpy}, {report.environment.device}"


def _score(record: Record) -> str:
    return "none" if record.report is None or record.report.score is None else f"{record.report.score:g}"


def _reasons(old: Record, new: Record) -> list[str]:
    """Return the reasons for a different result: other files, or checks with another status or score."""
    reasons = ["other files were handed in"] if old.sha256 != new.sha256 else []
    if old.problem != new.problem:
        reasons.append(clean(new.problem or f"it can be read now ({old.problem})"))
    checks = [{c.name: c for c in record.report.checks} if record.report else {} for record in (old, new)]
    for name in dict.fromkeys([*checks[0], *checks[1]]):
        told = [_ending(found.get(name)) for found in checks]
        if told[0] != told[1]:
            reasons.append(f"{name} {told[0]} -> {told[1]}")
    return reasons if len(reasons) > 1 or old.sha256 == new.sha256 or _score(old) != _score(new) else []


def _ending(check: CheckResult | None) -> str:
    if check is None:
        return "not there"
    bug = f", {check.diagnosis.bug}" if check.diagnosis is not None else ""
    return f"{check.status} ({check.score or 0:g}{bug})"
