"""The progress of a submission: position and seconds as long as it waits, then its final state."""

from __future__ import annotations

import pytest

from grader.assignment import load
from grader.service import submissions
from grader.service.progress import progress_of, shown_checks
from grader.service.tables import Exercise, State, Submission
from grader.support import i18n


@pytest.fixture
def submission(service, caller):
    with service.database.reading() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
    return submissions.accept(service, caller("ada"), exercise, "check", {"a.py": b"x = 1\n"}, via="page")


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


def test_sentence_is_in_the_language_of_the_request(service, submission):
    with service.database.writing() as session, i18n.use("de"):
        row = session.get_one(Submission, submission.id)
        row.state, row.sentence = State.NOT_GRADABLE, "strong"
        assert progress_of(session, service, row).sentence == i18n._("strong") != "strong"


def test_checks_of_instructors_are_left_out(service, submission):
    with service.database.reading() as session:
        names = shown_checks(session, service, submission.id)
    visibility = load("single-neuron").content.visibility()
    assert names == {name for name, visible in visibility.items() if visible in ("open", "hidden")} != set()
