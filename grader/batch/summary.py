"""Summarises the results of a class: outcomes per check, and students per bug."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

import numpy as np

from ..report.leaderboard import LeaderboardEntry, entries, ranking
from ..report.model import CheckResult, NamedBug, Report


@dataclass(frozen=True)
class Outcomes:
    """The number of students with each outcome of a check.

    ``not_reached``: a check that it requires did not pass. ``unmarked``: a person has to mark it. ``taken_out``: a mark by
    hand says that it does not count.
    """

    passed: int = 0
    partial: int = 0
    failed: int = 0
    not_reached: int = 0
    not_gradable: int = 0
    unmarked: int = 0
    taken_out: int = 0


@dataclass(frozen=True)
class Difficulty:
    """The results of the students who reached a check. A check that was not run does not count as failed.

    ``students`` is the number of students who reached it, ``passed`` the share of them with full points (None if nobody
    reached it). ``mean`` and ``deviation`` describe the share of its points. ``discrimination`` is the correlation of
    this share with the student's share of points at all other checks reached (corrected item-total correlation,
    Henrysson 1963). Near 0 or below, the check does not separate strong from weak students; None if all shares are
    equal. ``outcomes`` counts all students.
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
class BugCount:
    """A bug, and the number of students who made it."""

    bug: str
    title: str
    students: int


class ClassSummary:
    """Collects reports, and keeps a few numbers of each."""

    def __init__(self) -> None:
        self._titles: dict[str, str] = {}
        self._results_by_student: list[dict[str, _Reached]] = []  # one entry per student, by check
        self._outcomes: dict[str, Counter[str]] = {}
        self._bugs: Counter[str] = Counter()
        self._bug_titles: dict[str, str] = {}
        self._entries: list[LeaderboardEntry] = []
        self._scores: list[float] = []

    def add(self, name: str, report: Report, score: float | None, students: int = 1) -> None:
        """Add a report and its final score; ``students`` is the number of students who handed in together.

        A report without a score counts only for its bugs, and for checks that could not be graded.
        """
        self._titles |= {check.name: check.title for check in report.checks}
        for name_of_check, outcome in outcomes(report, score).items():
            self._outcomes.setdefault(name_of_check, Counter())[outcome] += students
        bugs = {bug.bug: bug.title for check in report.checks for bug in named_bugs(check)}
        self._bugs.update(dict.fromkeys(bugs, students))
        self._bug_titles.update(bugs)
        if score is None:
            return
        results = _results([check for check in report.checks if _outcome(check) in REACHED])
        self._results_by_student += [results] * students
        self._scores += [score] * students
        self._entries += [replace(entry, submission=name) for entry in entries(report)]

    def scores(self) -> dict[str, Any]:
        """Return count, mean, standard deviation, and the five numbers of a box plot."""
        if not self._scores:
            return {"count": 0}
        low, first, median, third, high = np.percentile(self._scores, [0, 25, 50, 75, 100])
        statistics = {
            "mean": np.mean(self._scores),
            "deviation": np.std(self._scores),
            "lowest": low,
            "lower_quartile": first,
        }
        statistics |= {"median": median, "upper_quartile": third, "highest": high}
        return {"count": len(self._scores), **{name: round(float(value), 4) for name, value in statistics.items()}}

    def difficulties(self) -> list[Difficulty]:
        """Return the results of the class at each check, in the order of the checks."""
        return [self._difficulty(name) for name in self._titles if name in self._outcomes]

    def _difficulty(self, name: str) -> Difficulty:
        outcomes = Outcomes(**self._outcomes[name])
        students = [checks for checks in self._results_by_student if name in checks]
        if not students:
            return Difficulty(name, self._titles[name], 0, None, None, None, None, outcomes)
        shares = np.array([checks[name].share for checks in students])
        return Difficulty(
            name,
            self._titles[name],
            len(students),
            round(float(np.mean(shares >= 1)), 4),
            round(float(np.mean(shares)), 4),
            round(float(np.std(shares)), 4),
            _discrimination(name, students),
            outcomes,
        )

    def bugs(self) -> list[BugCount]:
        """Return the bugs, the most frequent first."""
        counts = sorted(self._bugs.items(), key=lambda item: (-item[1], item[0]))
        return [BugCount(bug, self._bug_titles[bug], count) for bug, count in counts]

    def leaderboard(self) -> list[LeaderboardEntry]:
        """Return the entries of the challenges with their ranks, the best of each contest first."""
        return ranking(self._entries)


def outcomes(report: Report, score: float | None) -> dict[str, str]:
    """Return {check: attribute of :class:`Outcomes` that counts it} for a report and its final score.

    A report without a score contains only the checks that could not be graded.
    """
    names = {check.name: _outcome(check) for check in report.checks}
    return {name: outcome for name, outcome in names.items() if score is not None or outcome == "not_gradable"}


def named_bugs(check: CheckResult) -> Sequence[NamedBug]:
    """Return all bugs that a check names; several if they are present at the same time."""
    return () if check.diagnosis is None else (check.diagnosis, *check.diagnosis.also)


OPTIONAL = ("unmarked", "taken_out")
"""Outcomes that most classes do not have; ``summary.json`` leaves them out where they are 0."""

REACHED = ("passed", "partial", "failed")


def _outcome(check: CheckResult) -> str:
    """Return the attribute of :class:`Outcomes` that counts a check; errors, time-outs etc. count as failed."""
    if check.is_unmarked:
        return "unmarked"
    if check.is_out:
        return "taken_out"
    return "not_reached" if check.status == "skipped" else check.properties.group


@dataclass(frozen=True)
class _Reached:
    """The result of a student at one check: the share of its points, and that of the points of all other checks.

    ``rest`` is missing (None) if the other checks have no points.
    """

    share: float
    rest: float | None


def _results(checks: Sequence[CheckResult]) -> dict[str, _Reached]:
    """Return the results of a student at the checks that were reached."""
    points = _sums_of_others([check.score or 0.0 for check in checks])
    possible_points = _sums_of_others([check.max_score for check in checks])
    return {
        check.name: _Reached(_share(check), own_points / possible if possible else None)
        for check, own_points, possible in zip(checks, points, possible_points, strict=True)
    }


def _share(check: CheckResult) -> float:
    return (check.score or 0.0) / check.max_score if check.max_score else float(check.status == "passed")


def _sums_of_others(values: Sequence[float]) -> list[float]:
    """Return for each value the sum of all others, without the rounding error of a difference."""
    before = [*accumulate(values, initial=0.0)]
    after = [*accumulate(reversed(values), initial=0.0)][::-1]
    return [first + last for first, last in zip(before[:-1], after[1:], strict=True)]


def _discrimination(name: str, students: Sequence[Mapping[str, _Reached]]) -> float | None:
    """Return the correlation of a check with the rest, over ``students`` who reached it and another check with points."""
    results = [checks[name] for checks in students]
    pairs = [(result.share, result.rest) for result in results if result.rest is not None]
    return _correlation(np.array([share for share, _rest in pairs]), np.array([rest for _share, rest in pairs]))


def _correlation(first: Any, second: Any) -> float | None:
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return round(float(np.corrcoef(first, second)[0, 1]), 4)
