"""Compares two batches: which scores changed, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..report.model import CheckResult, Report
from ..support.numbers import general
from ..support.text import clean, plural
from . import store
from .store import Record


def compare(first: Path, second: Path) -> Iterator[str]:
    """Yield a sentence for each difference between two output folders; scores are compared before late penalties.

    Raises UsageError if one of them is not an output folder.
    """
    old_records, new_records = store.read(first), store.read(second)
    yield from _circumstances(old_records, new_records)
    changed_count = 0
    for identity in sorted(
        old_records.keys() & new_records.keys(), key=lambda each: (new_records[each].name.casefold(), each)
    ):
        old, new = old_records[identity], new_records[identity]
        reasons = _reasons(old, new)
        if reasons:
            changed_count += _score(old) != _score(new)
            yield f"{_score(old):>8} -> {_score(new):<8}  {clean(new.name)}: {'; '.join(reasons)}"
    for identity in sorted(old_records.keys() ^ new_records.keys()):
        folder, record = (first, old_records[identity]) if identity in old_records else (second, new_records[identity])
        yield f"{_score(record):>8}    only in {folder}: {clean(record.name)}"
    common_count = len(old_records.keys() & new_records.keys())
    yield f"{plural(changed_count, 'score')} changed ({plural(common_count, 'student')} in both)."


def _circumstances(old_records: dict[str, Record], new_records: dict[str, Record]) -> Iterator[str]:
    """Yield a sentence for each difference that concerns all students."""
    for aspect in ("assignment", "isolation", "environment"):
        old, new = (_values_of(records, aspect) for records in (old_records, new_records))
        if old != new:
            yield f"{aspect}: {' and '.join(old) or 'none'} -> {' and '.join(new) or 'none'}"


def _values_of(records: dict[str, Record], aspect: str) -> list[str]:
    return sorted({_value_of(record.report, aspect) for record in records.values() if record.report is not None})


def _value_of(report: Report, aspect: str) -> str:
    if aspect == "assignment":
        return f"{report.assignment.name} {report.assignment.version}"
    if aspect == "isolation":
        return report.isolation.level
    return f"Python {report.environment.python}, NumPy {report.environment.numpy}, {report.environment.device}"


def _score(record: Record) -> str:
    return "none" if record.report is None or record.report.score is None else general(record.report.score)


def _reasons(old: Record, new: Record) -> list[str]:
    """Return the reasons for a different result: other files, or checks with another status or score."""
    reasons = ["other files were handed in"] if old.sha256 != new.sha256 else []
    if old.problem != new.problem:
        reasons.append(clean(new.problem or f"it can be read now ({old.problem})"))
    checks = [{c.name: c for c in record.report.checks} if record.report else {} for record in (old, new)]
    for name in dict.fromkeys([*checks[0], *checks[1]]):
        endings = [_ending(results.get(name)) for results in checks]
        if endings[0] != endings[1]:
            reasons.append(f"{name} {endings[0]} -> {endings[1]}")
    return reasons if len(reasons) > 1 or old.sha256 == new.sha256 or _score(old) != _score(new) else []


def _ending(check: CheckResult | None) -> str:
    if check is None:
        return "not there"
    bug = f", {check.diagnosis.bug}" if check.diagnosis is not None else ""
    return f"{check.status} ({general(check.score or 0)}{bug})"
