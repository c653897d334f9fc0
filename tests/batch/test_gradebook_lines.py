"""A gradebook is read as it was written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.batch import gradebook, gradebook_lines
from grader.support.errors import UsageError
from tests.batch.rows import row


def test_lines_are_those_that_were_written(tmp_path):
    comment = "=1; -2 'quoted', \"double\"; '=3"
    rows = [replace(row("Erika", "-7", 52.5), comment=comment), replace(row("Max", "8", None), status="excused")]
    gradebook.write(rows, tmp_path / "gradebook.csv")
    lines = gradebook_lines.read(tmp_path / "gradebook.csv")
    assert [(line.name, line.identity, line.score) for line in lines] == [("Erika", "-7", 52.5), ("Max", "8", None)]
    assert lines[0].comment == comment
    assert lines[1].is_excused


def test_other_tables_are_refused(tmp_path):
    path = tmp_path / "gradebook.csv"
    path.write_text("Student,ID\n")
    with pytest.raises(UsageError, match="has no column 'student'"):
        gradebook_lines.read(path)
    path.write_text("student,id,status,score,max_score,comment\nErika,1,graded,good,100,\n")
    with pytest.raises(UsageError, match="row 2: the score is not a number"):
        gradebook_lines.read(path)
