"""Tests of the overview at the end of a batch."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from grader.batch import overview
from grader.batch.changes import ChangedScore, Changes, MarkByHand
from grader.batch.existing_marks import ExistingMark
from grader.batch.gradebook import FilledFile
from grader.batch.results import BatchResults
from grader.batch.summary import ClassSummary
from grader.report.evidence import Evidence
from tests.batch.rows import row
from tests.report import made

pytestmark = pytest.mark.quick


def printed(all_stages=False, **values):
    """Return the lines of the overview of these results."""
    defaults = {
        "rows": [row("Erika", "1", 8.0), row("Max", "2", None)],
        "without_score": [{"student": "Max", "id": "2", "status": "unreadable", "why": "It is empty."}],
        "summary": ClassSummary(),
        "filled_files": [],
        "timings": [],
        "left_out": [],
        "layout": "folders",
        "graded_count": 2,
        "stages": {},
        "notes": [],
        "changes": Changes([], [], [], False, None),
    }
    stream = io.StringIO()
    overview.show(BatchResults(**defaults | values), Path("out"), Console(file=stream, width=200), all_stages)
    return stream.getvalue().splitlines()


def test_students_without_a_score_and_totals_are_printed():
    lines = printed()
    assert "unreadable   Max: It is empty." in lines
    assert lines[-2] == ("2 students (folders), 2 graded now: 1 passed, 1 without a score; no scores yet of 10.")
    assert lines[-1] == ("Written to out: gradebook.csv, index.html, reports/, instructor/, summary.json, timings.csv.")


def test_long_lists_are_cut():
    left_out = [(f"{number}.txt", "it is hidden") for number in range(14)]
    lines = printed(left_out=left_out)
    assert sum("it is hidden" in line for line in lines) == overview.MOST_LINES
    assert "             ... and 4 more files left out: see summary.json." in lines


def test_existing_marks_are_printed():
    entries = [ExistingMark(f"Student {n}", str(n), "mark", "3,00", "9", kept=n > 0) for n in range(12)]
    lines = printed(filled_files=[("moodle.csv", FilledFile(b"", [], [], existing=entries))])
    about_marks = [line for line in lines if line.startswith("moodle.csv")]
    assert about_marks[:2] == [
        "moodle.csv   Replaced the mark of Student 0: 3,00 by 9.",
        "moodle.csv   Kept the mark of Student 1: 3,00 instead of 9.",
    ]
    assert about_marks[-2:] == [
        "moodle.csv   ... and 2 more: see existing_marks in summary.json.",
        "moodle.csv   To replace marks and comments that are already in the file, add --overwrite-marks.",
    ]


def test_sentences_about_filled_files_are_printed():
    filled_file = FilledFile(b"", ["Erika (1)"], ["Nora"], ["Olaf"], ["The scores are scaled."])
    lines = printed(filled_files=[("canvas.csv", filled_file)], graded_count=1)
    assert [line for line in lines if line.startswith("canvas.csv")] == [
        "canvas.csv   Not in this file: Erika (1).",
        "canvas.csv   In this file, but without a submission: Nora.",
        "canvas.csv   Not changed: Olaf.",
        "canvas.csv   The scores are scaled.",
    ]
    assert "1 graded now; of 2 students in total: 1 passed" in lines[-2]
    assert lines[-1].endswith("timings.csv, canvas.csv.")


def challenge(*entries):
    """Return the summary of a class whose students reached (accuracy, data) in a challenge."""
    summary = ClassSummary()
    report = made.report()
    for number, (accuracy, data) in enumerate(entries):
        evidence = Evidence(bonus=True, accuracy=accuracy, interval=[accuracy, accuracy])
        check = report.checks[0].model_copy(update={"name": "challenge", "evidence": evidence})
        environment = report.environment.model_copy(update={"data": data})
        summary.add(f"student {number}", report.model_copy(update={"checks": [check], "environment": environment}), 5.0)
    return summary


def test_equal_leaderboard_entries_share_a_rank():
    lines = printed(summary=challenge((0.9, "mnist: m"), (0.95, "mnist: m"), (0.95, "mnist: m")))
    assert [line for line in lines if line.startswith("leaderboard")] == [
        "leaderboard    1  95.00 %  student 1",
        "leaderboard    1  95.00 %  student 2",
        "leaderboard    3  90.00 %  student 0",
    ]


def test_leaderboard_of_each_data_has_a_heading():
    lines = printed(summary=challenge((0.9, "mnist: mnist.npz, 9"), (0.95, "mnist: stand-in, 9")))
    assert [line for line in lines if line.startswith("leaderboard")] == [
        "leaderboard  challenge (mnist: mnist.npz, 9)",
        "leaderboard    1  90.00 %  student 0",
        "leaderboard  challenge (mnist: stand-in, 9)",
        "leaderboard    1  95.00 %  student 1",
    ]


def test_checks_bugs_and_slowest_submissions_are_tables():
    summary = ClassSummary()
    report = made.report()
    summary.add("Erika", report.model_copy(update={"score": 5.0}), 5.0)
    timings = [(f"student {number}", {"load": 0.1, "checks": float(number)}) for number in range(8)]
    lines = printed(summary=summary, timings=timings, stages={"gradebooks": 0.25})
    text = "\n".join(lines)
    assert report.checks[0].name in text and "discrimination" in text
    slowest = text[text.index("slowest") :]
    assert "student 7" in slowest and "student 2" not in slowest
    assert "this run" not in text
    text = "\n".join(printed(all_stages=True, stages={"gradebooks": 0.25}))
    assert "this run" in text and "gradebooks" in text and "0.25" in text


def test_marks_by_hand_and_changed_scores_are_printed():
    marks = [MarkByHand("Erika", "1", "loss", 8.0, 4.0, "", "", "", False)] * 11
    marks[1] = MarkByHand("Max", "2", "", None, None, "Well done.", "", "", False)
    scores = [ChangedScore("Erika", "1", None, 4.5)]
    lines = printed(changes=Changes(marks, [], scores, True, None))
    assert "by hand      Erika: loss: 8 (automatic: 4)" in lines
    assert "by hand      Max: total: comment" in lines
    assert "             ... and 1 more by hand: see summary.json." in lines
    assert "changed      Erika: no score -> 4.5" in lines
    idle = printed(changes=Changes([], [], scores, False, None))
    assert not any(line.startswith("changed") for line in idle)
