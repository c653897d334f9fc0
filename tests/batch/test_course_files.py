"""Tests of the files of course systems: they are read once for the rosters, and once to be filled in."""

from __future__ import annotations

import pytest

from grader.batch.course_files import CourseFiles, fill, rosters
from grader.support.errors import UsageError
from tests.batch.rows import row

MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade\nParticipant 7,Anna Meier,,No submission,,100.00\n"
)


def test_no_file_gives_no_roster():
    assert CourseFiles(column="A title").is_empty()
    assert rosters(CourseFiles()) == [] and fill([], CourseFiles()) == []


def test_roster_and_filled_file(tmp_path):
    worksheet = tmp_path / "grades.csv"
    worksheet.write_text(MOODLE)
    files = CourseFiles(moodle=worksheet)
    (roster,) = rosters(files)
    assert "Anna Meier" in roster.names()
    ((name, filled),) = fill([row("Anna Meier", identity="7", score=80.0)], files)
    assert name == "moodle.csv" and b",80" in filled.content


def test_missing_file_is_reported(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        rosters(CourseFiles(canvas=tmp_path / "missing.csv"))
