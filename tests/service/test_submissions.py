"""Accepted submissions are on disk, requests can be repeated, and files and reports belong to their submission."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from grader.service import administration, admission, submissions
from grader.service.errors import Conflict, NoSpace, NotFound, Unreadable
from grader.service.tables import Exercise, State, Submission
from tests.service import kept_results


@pytest.fixture
def exercise(service):
    with service.database.reading() as session:
        return session.query(Exercise).filter_by(name="single-neuron").one()


@pytest.fixture
def accept(service, caller, exercise):
    def accepted(student="ada", kind="attempt", content=b"x = 1\n", name="a.py", key=None, more=None):
        files = {name: content, **(more or {})}
        return submissions.accept(service, caller(student), exercise, kind, files, via="page", idempotency_key=key)

    return accepted


@pytest.mark.quick
def test_accepted_submission_is_stored_with_its_file(service, accept):
    submission = accept()
    with service.database.reading() as session:
        row = session.get_one(Submission, submission.id)
    assert (row.state, row.file_name, row.size) == (State.QUEUED, "a.py", 6)
    assert row.sentence and row.deadline > row.received
    assert submissions.files_of(service, row) == {"a.py": b"x = 1\n"}
    with pytest.raises(NotFound):
        submissions.report_of(service, row)


def test_several_files_keep_their_names(service, accept):
    files = {"a.py": b"x = 1\n", "daten/übung.py": b"y = 2\n"}
    submission = accept(more={"daten/übung.py": b"y = 2\n"})
    assert submissions.files_of(service, submission) == files and submission.file_count == 2


def test_same_request_returns_the_same_submission_and_another_one_with_its_key_is_refused(accept):
    first = accept(key="one")
    assert accept(key="one").id == first.id
    with pytest.raises(Unreadable, match="Idempotency-Key"):
        accept(key="one", content=b"x = 2\n")
    assert accept("ben", key="one").id != first.id


def test_requests_that_arrive_together_with_one_key_make_one_submission(accept):
    with ThreadPoolExecutor(8) as threads:
        assert len({submission.id for submission in threads.map(lambda _: accept(key="one"), range(8))}) == 1


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


def test_each_student_has_one_pending_self_check(service, accept):
    checks = [accept(kind="check", content=f"x = {number}\n".encode()) for number in range(3)]
    other = accept("ben", kind="check")
    with service.database.reading() as session:
        states = [session.get_one(Submission, each.id).state for each in (*checks, other)]
    assert states == [State.SUPERSEDED, State.SUPERSEDED, State.QUEUED, State.QUEUED]


def test_full_disk_stores_nothing(service, accept, monkeypatch):
    monkeypatch.setattr(submissions.space, "is_low", lambda *_: True)
    with pytest.raises(NoSpace):
        accept()
    with service.database.reading() as session:
        assert session.query(Submission).count() == 0
    assert [*service.blobs.names()] == []


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
