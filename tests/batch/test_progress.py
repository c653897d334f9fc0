"""Tests of the progress of a batch."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from grader.batch.progress import ProgressDisplay
from grader.batch.store import Record
from tests.report import made

pytestmark = pytest.mark.quick


def lines(*records):
    """Return the lines that are printed for these results without a terminal."""
    stream = io.StringIO()
    with ProgressDisplay(Console(file=stream, width=20), len(records), jobs=2) as display:
        for record in records:
            display.add(record)
    return stream.getvalue().splitlines()


def test_each_result_is_one_line_without_a_terminal():
    report = made.report()
    scored_report = report.model_copy(update={"score": 7.5, "max_score": 10.0})
    not_graded = report.model_copy(update={"score": None})
    assert lines(
        Record(
            identity="1", name="Erika Mustermann", sha256="", report=scored_report, timings={"load": 1.0, "checks": 0.5}
        ),
        Record(identity="2", name="Max\x1b[31m", sha256="", report=not_graded),
        Record(identity="3", name="Nora", sha256="", problem="It is not a notebook."),
        Record(identity="4", name="Olaf", sha256="", failure="The process died."),
    ) == [
        "1/4  7.5 of 10  Erika Mustermann  1.5 s",
        "2/4  not gradable  Max?[31m  0.0 s",
        "3/4  unreadable  Nora  0.0 s",
        "4/4  not gradable  Olaf  0.0 s",
    ]


def test_live_bar_ends_on_a_terminal():
    stream = io.StringIO()
    with ProgressDisplay(Console(file=stream, force_terminal=True, width=100), 1, jobs=1) as display:
        display.add(Record(identity="1", name="Erika", sha256="", problem="It is not a notebook."))
    assert "1/1" in stream.getvalue() and "1 not graded" in stream.getvalue()
