"""The file and line of a finding, by how the submission was handed in."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.report import said
from grader.report.model import Location

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("path", "cell", "expected"),
    [
        ("work/mine.py", None, ("work/mine.py", 31)),
        ("work", 2, ("work/mine.py", 31)),
        (".", 2, ("mine.py", 31)),
        ("work.zip", 2, ("work.zip", None)),
        (str(Path.cwd() / "work" / "mine.py"), None, ("work/mine.py", 31)),
        ("/elsewhere/on/this/machine/mine.py", None, ("mine.py", 31)),
    ],
)
def test_a_line_is_told_in_the_file_that_was_handed_in(reports, path, cell, expected):
    submission = reports["wrong"].submission.model_copy(update={"path": path})
    report = reports["wrong"].model_copy(update={"submission": submission})
    location = Location(file="mine.py", cell=cell, line=4, file_line=31)
    check = report.checks[0].model_copy(update={"evidence": {"location": location.model_dump()}})
    assert said.place(report, check) == expected
    assert said.place(report, check.model_copy(update={"evidence": {}})) == (said.path(report), None)
