"""Submissions can be cancelled until they have a result, and files and reports belong to their submission."""

from __future__ import annotations

import pytest

from grader.service import accepting, administration, admission, submissions
from grader.service.errors import Conflict, NotFound
from grader.service.tables import Exercise, State, Submission
from tests.service import kept_results


@pytest.fixture
def exercise(service):
    with service.database.reading() as session:
        return session.query(Exercise).filter_by(name="single-neuron").one()


@pytest.fixture
def accept(service, caller, exercise):
    def accepted(student="ada", kind="attempt", content=b"x = 1\n", name="a.py", more=None):
        files = {name: content, **(more or {})}
        return accepting.accept(service, caller(student), "demo", exercise.name, kind, files, via="page")

    return accepted


def test_several_files_keep_their_names(service, accept):
    files = {"a.py": b"x = 1\n", "daten/übung.py": b"y = 2\n"}
    submission = accept(more={"daten/übung.py": b"y = 2\n"})
    assert submissions.files_of(service, submission) == files and submission.file_count == 2


def test_cancelled_attempt_is_not_spent(service, caller, exercise, accept):
    with service.database.writing() as session:
        session.get_one(Exercise, exercise.id).attempts = 1
    submission = accept()
    with pytest.raises(Conflict):
        accept(content=b"x = 2\n")
    with pytest.raises(NotFound):
        submissions.cancel(service, caller("ben"), submission)
    assert submissions.cancel(service, caller("ada"), submission).state == State.CANCELLED
    with service.database.reading() as session:
        row = session.get_one(Exercise, exercise.id)
        assert admission.attempts_left(session, row, submission.user_id) == 1
    with pytest.raises(Conflict):
        submissions.cancel(service, caller("ada"), submission)


def test_executed_notebook_that_was_deleted_is_empty(service):
    name = kept_results.hand_in(service, "ada")
    with service.database.reading() as session:
        submission = session.get_one(Submission, name)
    assert submissions.notebook_of(service, submission) == b""
    assert submissions.report_of(service, submission).score is not None


def test_self_check_that_could_not_be_graded_does_not_wait_again_beside_a_newer_one(service, caller, accept):
    old = accept(kind="check")
    with service.database.writing() as session:
        session.get_one(Submission, old.id).state = State.NOT_GRADABLE
    accept(kind="check", content=b"x = 2\n")
    with pytest.raises(Conflict, match="newer self-check"):
        administration.grade_again(service, caller("root"), old.id)
