"""A submission is found for its student and the staff, and the look of an admin is kept."""

from __future__ import annotations

import pytest

from grader.service.errors import NotFound
from grader.service.tables import Audit
from grader.service.viewing import submission_for
from tests.service import kept_results


def test_student_and_staff_see_it_and_nobody_else(service, caller):
    submission = kept_results.hand_in(service, "ada")
    own, tutor = (submission_for(service, caller(name), submission) for name in ("ada", "tom"))
    assert (own.is_own, own.is_staff, tutor.is_own, tutor.is_staff) == (True, False, False, True)
    with pytest.raises(NotFound):
        submission_for(service, caller("ben"), submission)


def test_look_of_an_admin_is_kept(service, caller):
    submission = kept_results.hand_in(service, "ada")
    for name in ("ada", "tom", "root"):
        submission_for(service, caller(name), submission)
    with service.database.reading() as session:
        assert [(row.who, row.about) for row in session.query(Audit)] == [("root", submission)]
