"""Prints the overview for the instructor at the end of a batch."""

from __future__ import annotations

import statistics
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ..support.text import clean, plural
from .grade_class import Graded
from .gradebook import Filled

MOST_LINES = 10
SLOWEST = 5
STAGES = 3


def show(graded: Graded, out: Path, console: Console, timings: bool = False) -> None:
    """Print the results by check, the bugs, the slowest submissions, problems and notes; with ``timings`` all stages."""

    def line(text: str) -> None:
        console.print(text, soft_wrap=True)

    def table(content: Table) -> None:
        if console.is_terminal:
            console.print(content)
            return
        with console.capture() as captured:
            console.print(content)
        for text in captured.get().splitlines():
            line(text.rstrip())  # without the padding of the last column

    table(_checks(graded))
    if graded.collected.bugs():
        table(_bugs(graded))
    if any(seconds for _, seconds in graded.timings):
        table(_timings(graded))
    if timings:
        table(_stages(graded))
        table(_whole(graded))
    for place, best in enumerate(graded.collected.leaderboard()[:MOST_LINES], start=1):
        line(f"{'leaderboard':12} {place:3}  {100 * best.accuracy:.2f} %  {clean(best.submission)}")
    without = graded.without_score
    for entry in without[:MOST_LINES]:
        line(f"{entry['status']:12} {clean(entry['student'])}: {clean(entry['why'], 300)}")
    if len(without) > MOST_LINES:
        line(f"{'':12} ... and {len(without) - MOST_LINES} more without a score: see summary.json.")
    for name, reason in graded.left_out[:MOST_LINES]:
        line(f"{'left out':12} {clean(name)}: {reason}")
    if len(graded.left_out) > MOST_LINES:
        line(f"{'':12} ... and {len(graded.left_out) - MOST_LINES} more files left out: see summary.json.")
    for note in graded.notes:
        line(f"{'note':12} {clean(note, 500)}")
    for file, filled in graded.filled:
        for sentence in _of(filled):
            line(f"{file:12} {sentence}")
    scores = graded.collected.scores()
    average = (
        f"mean {round(scores['mean'], 2):g}, median {round(scores['median'], 2):g}"
        if scores["count"]
        else "no scores yet"
    )
    passed = sum(row.passed for row in graded.rows)
    lacking = sum(row.score is None and row.status != "pending" for row in graded.rows)
    of_all = "" if graded.graded == len(graded.rows) else f"; of {len(graded.rows)} students in total"
    line(
        f"{plural(len(graded.rows), 'student')} ({graded.layout}), {graded.graded} graded now{of_all}: {passed} passed, "
        f"{lacking} without a score; {average} of {graded.rows[0].max_score:g}."
    )
    line(
        f"Written to {out}: gradebook.csv, index.html, reports/, instructor/, summary.json, timings.csv"
        + "".join(f", {file}" for file, _ in graded.filled)
        + "."
    )


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index in (0, len(columns) - 1) else "right", no_wrap=index == 0)
    return table


def _checks(graded: Graded) -> Table:
    checks = graded.collected.difficulties()
    outcomes = [asdict(check.outcomes) for check in checks]
    always = ("passed", "failed")
    shown = [name for name in outcomes[0] if name in always or any(each[name] for each in outcomes)] if checks else []
    table = _table("check", *(name.replace("_", " ") for name in shown), "mean", "spread", "discrimination", "title")
    for check, counts in zip(checks, outcomes, strict=True):
        shares = ["-" if share is None else f"{100 * share:.0f} %" for share in (check.mean, check.deviation)]
        discrimination = "-" if check.discrimination is None else f"{check.discrimination:.2f}"
        table.add_row(check.name, *(str(counts[name]) for name in shown), *shares, discrimination, check.title)
    return table


def _bugs(graded: Graded) -> Table:
    table = _table("bug", "students", "title")
    for made in graded.collected.bugs()[:MOST_LINES]:
        table.add_row(made.bug, str(made.students), made.title)
    return table


def _timings(graded: Graded) -> Table:
    table = _table("slowest", "seconds", "longest stages")
    ranked = sorted(graded.timings, key=lambda item: -sum(item[1].values()))
    for name, seconds in ranked[:SLOWEST]:
        stages = sorted(seconds.items(), key=lambda item: -item[1])[:STAGES]
        told = ", ".join(f"{stage} {spent:.1f}" for stage, spent in stages)
        table.add_row(clean(name, 40), f"{sum(seconds.values()):.1f}", told)
    return table


def _stages(graded: Graded) -> Table:
    """Return the seconds at each stage over all submissions, including those of earlier runs."""
    spent: dict[str, list[float]] = {}
    for _, seconds in graded.timings:
        for stage, value in seconds.items():
            spent.setdefault(stage, []).append(value)
    table = _table("stage", "total seconds", "median", "longest")
    for stage, values in sorted(spent.items(), key=lambda item: -sum(item[1])):
        table.add_row(stage, f"{sum(values):.2f}", f"{statistics.median(values):.3f}", f"{max(values):.3f}")
    return table


def _whole(graded: Graded) -> Table:
    table = _table("this run", "seconds")
    for stage, seconds in graded.stages.items():
        table.add_row(stage, f"{seconds:.2f}")
    return table


def _of(filled: Filled) -> list[str]:
    """Return sentences about the students who are missing in a filled file, and its notes."""
    lists = {
        "Not in this file": filled.unmatched,
        "In this file, but without a submission": filled.without_submission,
        "Not changed": filled.locked,
    }
    return [f"{what}: {clean(', '.join(names), 500)}." for what, names in lists.items() if names] + filled.notes
