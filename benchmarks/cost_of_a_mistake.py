"""Show the cost of one mistake: ``python benchmarks/cost_of_a_mistake.py [--data DIR] [--sample N] [ASSIGNMENT ...]``.

Grades the known-wrong solutions of each assignment, which have one mistake each. The cost of a mistake is the points
that its solution loses, divided by the points of the check that it fails: 1 means that a mistake of 10 points costs
10 points. Checks without points (notes) do not have this ratio. ``--sample`` takes only every N-th solution, for
assignments with long training.
"""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path

from grader import assignment
from grader.expected.reference import Oracle
from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.grading.wrong_solutions import wrong_solutions


def costs(name: str, data: Path | None, sample: int) -> list[float]:
    """Print a line for each known-wrong solution of an assignment, and return their ratios."""
    loaded = assignment.load(name)
    content, oracle = loaded.content, Oracle(loaded)
    points = {check.name: check.points for check in content.checks}
    found = []
    for known in wrong_solutions(loaded)[::sample]:
        report = grade(loaded, known.submission(), GradeOptions(oracle=oracle, data=data, include_hidden=True))
        if report.score is None:
            print(f"{name}: {known.name}: not gradable")
            continue
        lost, worth = report.max_score - report.score, points[known.fails]
        also = [
            check.name for check in report.checks if check.score == 0 < check.max_score and check.name != known.fails
        ]
        also = [other for other in also if not next(c.bonus for c in content.checks if c.name == other)]
        ratio = lost / worth if worth else None
        found += [] if ratio is None else [ratio]
        told = "-" if ratio is None else f"{ratio:.2f}"
        verdict = "passed" if report.passed else "not passed"
        print(
            f"{name}: {known.name}: {known.fails} ({worth:g}) loses {lost:g}: {told}, {verdict}; also 0: {also or '-'}"
        )
    return found


def main() -> None:
    """Print every solution, and mean, median and maximum for each assignment and for all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assignments", nargs="*", default=assignment.bundled_names())
    parser.add_argument("--data", type=Path)
    parser.add_argument("--sample", type=int, default=1)
    options = parser.parse_args()
    ratios = {name: costs(name, options.data, options.sample) for name in options.assignments}
    every = [ratio for found in ratios.values() for ratio in found]
    for name, found in {**ratios, "all": every}.items():
        if found:
            mean, median = statistics.mean(found), statistics.median(found)
            print(f"{name}: {len(found)} mistakes, mean {mean:.2f}, median {median:.2f}, worst {max(found):.2f}")


if __name__ == "__main__":
    main()
