"""Tests of the ids on a page, to which other pages link."""

from __future__ import annotations

from grader.report import anchors
from grader.report.evidence import Location


def test_line_has_an_id_for_its_file_or_cell():
    def anchor(file, cell=None):
        return anchors.of_line(Location(file=file, cell=cell, line=5, file_line=5), "week/mine.py")

    assert (anchor("week/mine.py"), anchor("mine.ipynb", 3)) == ("line-5", "cell-3-line-5")
    assert anchor("week/a b\"<'\u202e.py") == "file-week%2Fa%20b%22%3C%27%E2%80%AE.py-line-5"
    assert (anchors.of_check("loss"), anchors.of_bug("sign"), anchors.of_cell(3)) == (
        "check-loss",
        "bug-sign",
        "cell-3",
    )
