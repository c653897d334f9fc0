"""What a class got wrong: per check how many passed, and per bug how many made it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..leaderboard import Entry, entries
from ..report.model import CheckResult, Report


@dataclass(frozen=True)
class Difficulty:
    """How a class did at one check.

    ``mean`` and ``deviation`` are of the share of its points. ``discrimination`` is the correlation of that share with
    the points of all other checks (corrected item-total correlation, Henrysson 1963): near 0 or below, the check does
    not tell those who can from those who cannot; None where all did equally.
    """

    name: str
    title: str
    students: int
    passed: float
    mean: float
    deviation: float
    discrimination: float | None


@dataclass(frozen=True)
class Made:
    """A bug, and how many students made it."""

    bug: str
    title: str
    students: int


class Class:
    """Collects reports, of which it keeps a few numbers each."""

    def __init__(self) -> None:
        self._titles: dict[str, str] = {}
        self._shares: dict[str, list[float]] = {}
        self._points: dict[str, list[float]] = {}
        self._bugs: Counter[str] = Counter()
        self._bug_titles: dict[str, str] = {}
        self._entries: list[Entry] = []
        self._scores: list[float] = []

    def add(self, name: str, report: Report, score: float | None) -> None:
        """Count a student's report, and the final score."""
        if score is None:
            return
        self._scores.append(score)
        for check in report.checks:
            self._titles[check.name] = check.title
            self._shares.setdefault(check.name, []).append(_share(check))
            self._points.setdefault(check.name, []).append(check.score or 0.0)
        bugs = {bug.bug: bug.title for check in report.checks for bug in _bugs(check)}
        self._bugs.update(bugs.keys())
        self._bug_titles.update(bugs)
        self._entries += [replace(entry, submission=name) for entry in entries(report)]

    def scores(self) -> dict[str, Any]:
        """Count, mean, standard deviation, and the five numbers of a box plot."""
        if not self._scores:
            return {"count": 0}
        low, first, median, third, high = np.percentile(self._scores, [0, 25, 50, 75, 100])
        told = {
            "mean": np.mean(self._scores),
            "deviation": np.std(self._scores),
            "lowest": low,
            "lower_quartile": first,
        }
        told |= {"median": median, "upper_quartile": third, "highest": high}
        return {"count": len(self._scores), **{name: round(float(value), 4) for name, value in told.items()}}

    def difficulties(self) -> list[Difficulty]:
        """How the class did at each check, in the order of the checks."""
        complete = {name: shares for name, shares in self._shares.items() if len(shares) == len(self._scores)}
        total = np.sum([self._points[name] for name in complete], axis=0)
        return [
            Difficulty(
                name,
                self._titles[name],
                len(shares),
                round(float(np.mean(np.array(shares) >= 1)), 4),
                round(float(np.mean(shares)), 4),
                round(float(np.std(shares)), 4),
                _correlation(np.array(shares), total - self._points[name]) if name in complete else None,
            )
            for name, shares in self._shares.items()
        ]

    def bugs(self) -> list[Made]:
        """The bugs, the most frequent first."""
        made = sorted(self._bugs.items(), key=lambda item: (-item[1], item[0]))
        return [Made(bug, self._bug_titles[bug], count) for bug, count in made]

    def leaderboard(self) -> list[Entry]:
        """Who reached what at a challenge, the best first."""
        return sorted(self._entries, key=lambda entry: (entry.contest, -entry.accuracy, entry.submission))


def bug_names(report: Report | None) -> list[str]:
    """The bugs of one student, each once."""
    return list(dict.fromkeys(bug.bug for check in report.checks for bug in _bugs(check))) if report else []


def _share(check: CheckResult) -> float:
    if check.max_score:
        return (check.score or 0.0) / check.max_score
    return float(check.status == "passed")


def _bugs(check: CheckResult) -> Iterable[Any]:
    """The bugs that a check names; where two cannot be told apart, the first counts for both."""
    return () if check.diagnosis is None else (check.diagnosis, *check.diagnosis.also)


def _correlation(first: Any, second: Any) -> float | None:
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return round(float(np.corrcoef(first, second)[0, 1]), 4)
