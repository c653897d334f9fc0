"""The progress of a submission: position and seconds as long as it waits, then its final state."""

from __future__ import annotations

from datetime import timedelta

import pytest

from grader.assignment import load
from grader.service import accepting, claims
from grader.service.moments import now
from grader.service.progress import progress_of, shown_checks
from grader.service.tables import State, Submission
from grader.service.waiting import Places
from grader.support import i18n
from tests.service import waiting_submissions


@pytest.fixture
def submission(service, caller):
    files = {"a.py": b"x = 1\n"}
    return accepting.accept(service, caller("ada"), "demo", "single-neuron", "check", files, via="page")


@pytest.mark.quick
def test_waiting_submission_has_a_position_and_a_finished_one_has_none(service, submission):
    with service.database.reading() as session:
        waiting = progress_of(session, service, session.get_one(Submission, submission.id))
    assert (waiting.state, waiting.ahead, waiting.is_final) == (State.QUEUED, 0, False)
    assert waiting.seconds > 0
    with service.database.writing() as session:
        row = session.get_one(Submission, submission.id)
        row.state, row.sentence = State.CANCELLED, ""
        done = progress_of(session, service, row)
    assert (done.ahead, done.seconds, done.sentence, done.is_final) == (None, None, "", True)


def test_claimed_submission_waits_until_its_grading_starts(service, submission):
    waiting_submissions.add(service, "first", "ben", state=State.RUNNING, seconds=9, since=now() - timedelta(seconds=9))
    service.places = Places()  # the known positions may be a second old
    with service.database.writing() as session:
        row = session.get_one(Submission, submission.id)
        row.state, row.sentence, row.since = State.RUNNING, claims.RUNS, now()

    def progress():
        with service.database.reading() as session:
            return progress_of(session, service, session.get_one(Submission, submission.id))

    service.events.publish(submission.id, "state", state=State.RUNNING)
    assert (progress().state, progress().ahead, progress().sentence) == (State.QUEUED, 1, claims.WAITS)
    service.events.publish(submission.id, "started")
    assert (progress().state, progress().ahead, progress().sentence) == (State.RUNNING, 0, claims.RUNS)


def test_sentence_is_in_the_language_of_the_request(service, submission):
    with service.database.writing() as session, i18n.use("de"):
        row = session.get_one(Submission, submission.id)
        row.state, row.sentence = State.NOT_GRADABLE, "strong"
        assert progress_of(session, service, row).sentence == i18n._("strong") != "strong"


def test_checks_of_instructors_are_left_out(service, submission):
    with service.database.reading() as session:
        names = shown_checks(service, session.get_one(Submission, submission.id).version)
    visibility = load("single-neuron").content.visibility()
    assert names == {name for name, visible in visibility.items() if visible in ("open", "hidden")} != set()
