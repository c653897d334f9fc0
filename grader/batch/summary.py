"""What a class got wrong: per check how many passed, and per bug how many made it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..report.leaderboard import Entry, entries
from ..report.model import CheckResult, Report


@dataclass(frozen=True)
class Outcomes:
    """How many students ended a check in which way; ``not_reached`` because a check that it requires did not pass."""

    passed: int = 0
    partial: int = 0
    failed: int = 0
    not_reached: int = 0
    not_gradable: int = 0


@dataclass(frozen=True)
class Difficulty:
    """How the students did who reached a check; nobody has failed what was not run for them.

    ``students`` is their number, and ``passed`` the share of them with full points (None where nobody reached it).
    ``mean`` and ``deviation`` are of the share of its points. ``discrimination`` is the correlation of that share with
    the share of points at all other checks that the student reached (corrected item-total correlation, Henrysson
    1963): near 0 or below, the check does not tell those who can from those who cannot; None where all did equally.
    ``outcomes`` are of all students.
    """

    name: str
    title: str
    students: int
    passed: float | None
    mean: float | None
    deviation: float | None
    discrimination: float | None
    outcomes: Outcomes


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
        self._reached: list[dict[str, _Reached]] = []  # a student each, by check
        self._outcomes: dict[str, Counter[str]] = {}
        self._bugs: Counter[str] = Counter()
        self._bug_titles: dict[str, str] = {}
        self._entries: list[Entry] = []
        self._scores: list[float] = []

    def add(self, name: str, report: Report, score: float | None, students: int = 1) -> None:
        """Count the report of so many ``students``, who handed in together, and their final score.

        A report without a score counts only where its checks could not be graded.
        """
        for check in report.checks:
            self._titles[check.name] = check.title
            outcome = _outcome(check)
            if score is not None or outcome == "not_gradable":
                self._outcomes.setdefault(check.name, Counter())[outcome] += students
        if score is None:
            return
        reached = {check.name: _reached(check) for check in report.checks if _outcome(check) in REACHED}
        self._reached += [reached] * students
        self._scores += [score] * students
        bugs = {bug.bug: bug.title for check in report.checks for bug in _bugs(check)}
        self._bugs.update(dict.fromkeys(bugs, students))
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
        return [self._difficulty(name) for name in self._titles if name in self._outcomes]

    def _difficulty(self, name: str) -> Difficulty:
        outcomes = Outcomes(**self._outcomes[name])
        reached = [checks for checks in self._reached if name in checks]
        if not reached:
            return Difficulty(name, self._titles[name], 0, None, None, None, None, outcomes)
        shares = np.array([checks[name].share for checks in reached])
        return Difficulty(
            name,
            self._titles[name],
            len(reached),
            round(float(np.mean(shares >= 1)), 4),
            round(float(np.mean(shares)), 4),
            round(float(np.std(shares)), 4),
            _discrimination(name, reached),
            outcomes,
        )

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


REACHED = ("passed", "partial", "failed")


def _outcome(check: CheckResult) -> str:
    """The attribute of :class:`Outcomes` that counts a check; errors, time-outs and the like have failed."""
    if check.status == "skipped":
        return "not_reached"
    return check.status if check.status in ("passed", "partial", "not_gradable") else "failed"


@dataclass(frozen=True)
class _Reached:
    """What a student got at one check: the share of its points, the points, and how many there were."""

    share: float
    points: float
    possible: float


def _reached(check: CheckResult) -> _Reached:
    points = check.score or 0.0
    share = points / check.max_score if check.max_score else float(check.status == "passed")
    return _Reached(share, points, check.max_score)


def _discrimination(name: str, students: Sequence[Mapping[str, _Reached]]) -> float | None:
    """The correlation of a check with the rest, over the ``students`` who reached it and another with points."""
    shares, rests = [], []
    for checks in students:
        others = [each for other, each in checks.items() if other != name]
        possible = sum(each.possible for each in others)
        if possible:
            shares.append(checks[name].share)
            rests.append(sum(each.points for each in others) / possible)
    return _correlation(np.array(shares), np.array(rests))


def _bugs(check: CheckResult) -> Iterable[Any]:
    """The bugs that a check names; where two cannot be told apart, the first counts for both."""
    return () if check.diagnosis is None else (check.diagnosis, *check.diagnosis.also)


def _correlation(first: Any, second: Any) -> float | None:
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return round(float(np.corrcoef(first, second)[0, 1]), 4)
