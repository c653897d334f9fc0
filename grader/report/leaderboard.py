"""Ranks submissions by the accuracy on held-out images that a bonus check measured, from their reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from ..support.errors import UsageError
from ..support.text import clean
from .model import Report


@dataclass(frozen=True)
class LeaderboardEntry:
    """One submission in a contest. Entries are compared only within the same assignment, check and data.

    ``rank`` is the place in the contest, see :func:`ranking`; 0 before that.
    """

    contest: tuple[str, str, str]  # assignment and version, check, data
    submission: str
    accuracy: float
    low: float
    high: float
    rank: int = 0


def ranking(entries: Iterable[LeaderboardEntry]) -> list[LeaderboardEntry]:
    """Return the entries with their ranks, sorted by contest, the best first. Equal accuracies share a rank: 1, 1, 3."""
    ordered = sorted(entries, key=lambda entry: (entry.contest, -entry.accuracy, entry.submission))
    ranked = []
    for group in by_contest(ordered):
        ranks: dict[float, int] = {}
        for place, entry in enumerate(group, start=1):
            ranked.append(replace(entry, rank=ranks.setdefault(entry.accuracy, place)))
    return ranked


def by_contest(ordered: Iterable[LeaderboardEntry]) -> list[list[LeaderboardEntry]]:
    """Return a list for each contest of entries that are sorted by contest."""
    return [list(group) for _contest, group in groupby(ordered, key=lambda entry: entry.contest)]


def read(paths: Sequence[Path]) -> tuple[list[LeaderboardEntry], list[Path]]:
    """Return the entries of all reports in ``paths``, and the files that are not reports.

    ``paths`` are reports written by ``grader check --json``, or folders with such .json files. Of several reports on
    the same content only the best counts. Raises UsageError if there is nothing to rank.
    """
    best: dict[tuple[Any, str], LeaderboardEntry] = {}
    skipped_files: list[Path] = []
    for path in paths:
        for report in _reports(path, skipped_files):
            for entry in entries(report):
                key = (entry.contest, report.submission.sha256)
                if key not in best or entry.accuracy > best[key].accuracy:
                    best[key] = entry
    if not best:
        names = ", ".join(map(str, paths))
        raise UsageError(
            f"No report in {names} has a graded challenge: write reports with 'grader check ... --json > FILE'."
        )
    return ranking(best.values()), skipped_files


def _reports(path: Path, skipped_files: list[Path]) -> Iterator[Report]:
    if not path.exists():
        raise UsageError(f"{path} does not exist: give reports or a folder with reports.")
    for file in sorted(path.rglob("*.json")) if path.is_dir() else [path]:
        try:
            yield Report.model_validate_json(file.read_bytes())
        except (OSError, ValueError) as error:
            if not path.is_dir():
                raise UsageError(f"{file} is not a report: write one with 'grader check ... --json > FILE'.") from error
            skipped_files.append(file)  # a folder may contain other files, too


def entries(report: Report) -> Iterator[LeaderboardEntry]:
    """Yield an entry for each bonus check of a report that measured an accuracy."""
    for check in report.checks:
        accuracy, interval = check.evidence.accuracy, check.evidence.interval
        if check.evidence.bonus and accuracy is not None and interval is not None:
            contest = (
                f"{report.assignment.name} {report.assignment.version}",
                check.name,
                report.environment.data or "",
            )
            yield LeaderboardEntry(
                contest, clean(report.submission.path), accuracy, float(interval[0]), float(interval[1])
            )
