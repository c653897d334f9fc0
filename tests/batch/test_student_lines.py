"""Tests of the lines of students: their bugs and where these are."""

from __future__ import annotations

from grader.batch.student_lines import FoundBug, found_bugs, line_of
from grader.report.evidence import Evidence, Location

from .rows import row
from .test_summary import report


def with_location(location):
    own_report = report(0.0, 5.0, "some-bug")
    evidence = Evidence(location=location) if location else Evidence()
    checks = [check.model_copy(update={"evidence": evidence}) for check in own_report.checks]
    name = own_report.submission.model_copy(update={"file": "net.py"})
    return own_report.model_copy(update={"checks": checks, "submission": name})


def test_bug_is_at_the_line_of_its_check():
    in_module = found_bugs(with_location(Location(file="net.py", cell=None, line=12, file_line=12)))
    assert in_module[0] == FoundBug("some-bug", "A bug", "net.py, line 12", "line-12")
    in_cell = found_bugs(with_location(Location(file="net.ipynb", cell=3, line=2, file_line=40)))
    assert (in_cell[0].place, in_cell[0].anchor) == ("cell 3, line 2", "cell-3-line-2")


def test_bug_without_a_line_leads_to_the_place_that_names_it():
    assert [bug.anchor for bug in found_bugs(with_location(None))] == ["bug-some-bug", "bug-other-bug"]


def test_each_bug_is_listed_once():
    own_report = report(0.0, 0.0, "some-bug")
    twice = own_report.model_copy(update={"checks": own_report.checks * 2})
    assert [bug.bug for bug in found_bugs(twice)] == ["some-bug", "other-bug"]


def test_line_has_the_outcomes_of_its_report():
    line = line_of(row(), "", "instructor/a.html", report(10.0, 0.0))
    assert line.outcomes == {"first": "passed", "second": "failed"}
