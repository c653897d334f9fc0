"""Ranks submissions by what a bonus check measured on held-out images, from their reports."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import UsageError

SCHEMA = "grader.report/1"


@dataclass(frozen=True)
class Entry:
    """One submission in a contest; entries are compared only within the same assignment, check and data."""

    contest: tuple[str, str, str]
    submission: str
    accuracy: float
    low: float
    high: float


def read(paths: Sequence[Path]) -> list[Entry]:
    """The entries of all reports (``grader check --json``) among ``paths``, files or folders with .json files.

    Only the best of several reports on the same content counts. Raises UsageError where there is nothing to rank.
    """
    best: dict[tuple[Any, str], Entry] = {}
    for path in paths:
        for report in _reports(path):
            for entry in _entries(report):
                key = (entry.contest, str(report["submission"]["sha256"]))
                if key not in best or entry.accuracy > best[key].accuracy:
                    best[key] = entry
    if not best:
        listed = ", ".join(map(str, paths))
        raise UsageError(
            f"No report in {listed} has a graded challenge: make them with 'grader check ... --json > FILE'."
        )
    return sorted(best.values(), key=lambda entry: (entry.contest, -entry.accuracy, entry.submission))


def _reports(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        raise UsageError(f"{path} does not exist: give reports, or a folder with reports.")
    for file in sorted(path.rglob("*.json")) if path.is_dir() else [path]:
        try:
            document = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            if path.is_dir():  # may hold other files too
                continue
            raise UsageError(f"{file} cannot be read as a report ({error}).") from error
        if isinstance(document, dict) and document.get("schema") == SCHEMA:
            yield document
        elif not path.is_dir():
            raise UsageError(f"{file} is no report of grader check --json.")


def _entries(report: dict[str, Any]) -> Iterator[Entry]:
    for check in report["checks"]:
        evidence = check["evidence"]
        if evidence.get("bonus") and "accuracy" in evidence:
            contest = (report["assignment"]["name"], check["name"], report["environment"]["data"] or "")
            low, high = evidence["interval"]
            yield Entry(contest, report["submission"]["path"], evidence["accuracy"], low, high)
