"""Prints the overview for the instructor at the end of a batch."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ..report import by_hand
from ..report.evidence import ByHand
from ..report.leaderboard import by_contest
from ..support.numbers import general
from ..support.text import clean, plural
from .changes import Changes, MarkByHand
from .gradebook import FilledFile
from .results import BatchResults

MOST_LINES = 10
LONGEST_MARK = 80  # characters of a mark or a comment
SLOWEST = 5
STAGES = 3


def show(results: BatchResults, out: Path, console: Console, timings: bool = False) -> None:
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

    table(_checks(results))
    if results.summary.bugs():
        table(_bugs(results))
    if any(seconds for _, seconds in results.timings):
        table(_timings(results))
    if timings:
        table(_stages(results))
        table(_run_stages(results))
    contests = by_contest(results.summary.leaderboard())
    for contest in contests:
        if len(contests) > 1:
            _assignment, check, data = contest[0].contest
            line(f"{'leaderboard':12} {check} ({data})")
        for best in contest[:MOST_LINES]:
            line(f"{'leaderboard':12} {best.rank:3}  {100 * best.accuracy:.2f} %  {clean(best.submission)}")
    unscored_students = results.without_score
    for entry in unscored_students[:MOST_LINES]:
        line(f"{entry['status']:12} {clean(entry['student'])}: {clean(entry['why'], 300)}")
    if len(unscored_students) > MOST_LINES:
        line(f"{'':12} ... and {len(unscored_students) - MOST_LINES} more without a score: see summary.json.")
    _show_changes(results.changes, line)
    for name, reason in results.left_out[:MOST_LINES]:
        line(f"{'left out':12} {clean(name)}: {reason}")
    if len(results.left_out) > MOST_LINES:
        line(f"{'':12} ... and {len(results.left_out) - MOST_LINES} more files left out: see summary.json.")
    for note in results.notes:
        line(f"{'note':12} {clean(note, 500)}")
    for file, filled_file in results.filled_files:
        for sentence in (*_sentences_about(filled_file), *_sentences_about_marks(filled_file)):
            line(f"{file:12} {sentence}")
    scores = results.summary.scores()
    average = (
        f"mean {general(round(scores['mean'], 2))}, median {general(round(scores['median'], 2))}"
        if scores["count"]
        else "no scores yet"
    )
    passed = sum(row.passed for row in results.rows)
    unscored_count = sum(row.score is None and row.status != "pending" for row in results.rows)
    of_all = "" if results.graded_count == len(results.rows) else f"; of {len(results.rows)} students in total"
    line(
        f"{plural(len(results.rows), 'student')} ({results.layout}), {results.graded_count} graded now{of_all}: {passed} passed, "
        f"{unscored_count} without a score; {average} of {general(max(row.max_score for row in results.rows))}."
    )
    line(
        f"Written to {out}: gradebook.csv, index.html, reports/, instructor/, summary.json, timings.csv"
        + "".join(f", {file}" for file, _ in results.filled_files)
        + "."
    )


def _show_changes(changes: Changes, line: Callable[[str], None]) -> None:
    """Print the marks by hand, those of single students first, and the scores that this run changed."""
    counts = Counter((mark.check, mark.points, mark.out, mark.comment) for mark in changes.by_hand)
    rarest_first = sorted(
        changes.by_hand, key=lambda mark: counts[mark.check, mark.points, mark.out, mark.comment] > MOST_LINES
    )
    marks = [f"{'by hand':12} {clean(mark.student)}: {clean(_words(mark), 300)}" for mark in rarest_first[:MOST_LINES]]
    if len(changes.by_hand) > MOST_LINES:
        marks.append(f"{'':12} ... and {len(changes.by_hand) - MOST_LINES} more by hand: see summary.json.")
    scores = [
        f"{'changed':12} {clean(score.student)}: {_number(score.before)} -> {_number(score.now)}"
        for score in (changes.scores[:MOST_LINES] if changes.is_new else ())
    ]
    if changes.is_new and len(changes.scores) > MOST_LINES:
        scores.append(f"{'':12} ... and {len(changes.scores) - MOST_LINES} more scores changed: see summary.json.")
    for text in (*marks, *scores):
        line(text)


def _words(mark: MarkByHand) -> str:
    return by_hand.words(
        mark.check, ByHand(points=mark.points, automatic=mark.automatic, comment=mark.comment, out=mark.out)
    )


def _number(score: float | None) -> str:
    return "no score" if score is None else general(score)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for index, column in enumerate(columns):
        table.add_column(column, justify="left" if index in (0, len(columns) - 1) else "right", no_wrap=index == 0)
    return table


def _checks(results: BatchResults) -> Table:
    checks = results.summary.difficulties()
    outcomes = [asdict(check.outcomes) for check in checks]
    always = ("passed", "failed")
    columns = [name for name in outcomes[0] if name in always or any(each[name] for each in outcomes)] if checks else []
    table = _table("check", *(name.replace("_", " ") for name in columns), "mean", "spread", "discrimination", "title")
    for check, counts in zip(checks, outcomes, strict=True):
        shares = ["-" if share is None else f"{100 * share:.0f} %" for share in (check.mean, check.deviation)]
        discrimination = "-" if check.discrimination is None else f"{check.discrimination:.2f}"
        table.add_row(check.name, *(str(counts[name]) for name in columns), *shares, discrimination, check.title)
    return table


def _bugs(results: BatchResults) -> Table:
    table = _table("bug", "students", "title")
    for bug in results.summary.bugs()[:MOST_LINES]:
        table.add_row(bug.bug, str(bug.students), bug.title)
    return table


def _timings(results: BatchResults) -> Table:
    table = _table("slowest", "seconds", "longest stages")
    ranked = sorted(results.timings, key=lambda item: -sum(item[1].values()))
    for name, seconds in ranked[:SLOWEST]:
        stages = sorted(seconds.items(), key=lambda item: -item[1])[:STAGES]
        longest_stages = ", ".join(f"{stage} {seconds_of_stage:.1f}" for stage, seconds_of_stage in stages)
        table.add_row(clean(name, 40), f"{sum(seconds.values()):.1f}", longest_stages)
    return table


def _stages(results: BatchResults) -> Table:
    """Return the seconds at each stage over all submissions, including those of earlier runs."""
    seconds_by_stage: dict[str, list[float]] = {}
    for _, seconds in results.timings:
        for stage, value in seconds.items():
            seconds_by_stage.setdefault(stage, []).append(value)
    table = _table("stage", "total seconds", "median", "longest")
    for stage, values in sorted(seconds_by_stage.items(), key=lambda item: -sum(item[1])):
        table.add_row(stage, f"{sum(values):.2f}", f"{statistics.median(values):.3f}", f"{max(values):.3f}")
    return table


def _run_stages(results: BatchResults) -> Table:
    table = _table("this run", "seconds")
    for stage, seconds in results.stages.items():
        table.add_row(stage, f"{seconds:.2f}")
    return table


def _sentences_about(filled_file: FilledFile) -> list[str]:
    """Return sentences about the students who are missing in a filled file, and its notes."""
    lists = {
        "Not in this file": filled_file.unmatched,
        "In this file, but without a submission": filled_file.without_submission,
        "Not changed": filled_file.locked,
    }
    return [f"{title}: {clean(', '.join(names), 500)}." for title, names in lists.items() if names] + filled_file.notes


def _sentences_about_marks(filled_file: FilledFile) -> list[str]:
    """Return sentences about the marks and comments that were in the file before."""
    entries = filled_file.existing
    sentences = []
    for entry in entries[:MOST_LINES]:
        verb, between = ("Kept", "instead of") if entry.kept else ("Replaced", "by")
        existing, new = (clean(text, LONGEST_MARK) for text in (entry.existing, entry.new))
        sentences.append(f"{verb} the {entry.cell} of {clean(entry.student)}: {existing} {between} {new}.")
    if len(entries) > MOST_LINES:
        sentences.append(f"... and {len(entries) - MOST_LINES} more: see existing_marks in summary.json.")
    if any(entry.kept for entry in entries):
        sentences.append("To replace marks and comments that are already in the file, add --overwrite-marks.")
    return sentences
