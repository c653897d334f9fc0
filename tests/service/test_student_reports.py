"""The report of a student has no check that is only for the instructor."""

from __future__ import annotations

import pytest

from grader.service.errors import NotFound
from grader.service.student_reports import student_report
from grader.service.tables import State
from grader.service.viewing import submission_for
from tests.service import kept_results


def test_report_has_only_what_the_student_may_see(service, caller):
    view = submission_for(service, caller("ada"), kept_results.hand_in(service, "ada", 0.5))
    own = student_report(service, view.submission)
    visible = {name for name, visibility in own.content.visibility().items() if visibility != "instructor"}
    assert {check.name for check in own.report.checks} <= visible
    assert own.report.score == 50


def test_submission_that_waits_has_no_report(service, caller):
    view = submission_for(service, caller("ada"), kept_results.hand_in(service, "ada", state=State.QUEUED))
    with pytest.raises(NotFound):
        student_report(service, view.submission)
