"""How a grading ended decides the state; the grader's own failures spend no attempt, and three dead workers end the tries."""

from __future__ import annotations

from concurrent.futures import CancelledError
from functools import partial

import pytest

from grader.executor.executor import ProcessLost
from grader.executor.work import TaskResult
from grader.service import finishing, kept_results
from grader.service.admission import attempts_left
from grader.service.errors import Unavailable
from grader.service.finishing import GradingOutcome
from grader.service.tables import Exercise, Result, State, Submission
from grader.support.errors import InternalFailure, NoIsolation, NotGradable
from tests.service import waiting_submissions
from tests.service.kept_results import report_with
from tests.service.waiting_submissions import row


@pytest.fixture
def run(service):
    waiting_submissions.add(service, "a", "ada", state=State.RUNNING, owner="own")
    return partial(end, service)


def end(service, owner="own", **outcome):
    with service.database.writing() as session:
        submission = session.get_one(Submission, "a")
        return finishing.finish(session, service, owner, GradingOutcome(submission, **outcome))


def graded(score=1.0):
    report = report_with(1.0, "a.py", "a")
    return TaskResult(report if score is not None else report.model_copy(update={"score": None}), "", {}, b"", b"code")


def test_report_is_kept_with_its_measured_time(service, run):
    run(result=graded(), seconds=1.5, files=kept_results.write_files(service, graded()))
    assert (row(service, "a").state, row(service, "a").owner) == (State.GRADED, "")
    with service.database.reading() as session:
        result = session.get_one(Result, row(service, "a").result_key)
    assert (result.seconds, service.blobs.get(result.source)) == (1.5, b"code")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (NotGradable("Install TensorFlow."), "Install TensorFlow."),
        (InternalFailure("w = 3.14159"), "w = 3.14159"),
        (FileNotFoundError("blob"), finishing.NO_FILE),
        (ValueError("secret"), "ValueError"),
    ],
)
def test_failure_of_the_grader_spends_no_attempt_and_only_staff_read_the_reason(service, run, error, reason):
    with service.database.writing() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
        exercise.attempts = 1
    run(error=error)
    submission = row(service, "a")
    assert (submission.state, submission.reason) == (State.NOT_GRADABLE, reason)
    assert reason not in submission.sentence and "no attempt is spent" in submission.sentence
    with service.database.reading() as session:
        assert attempts_left(session, exercise, submission.user_id) == 1


def test_report_without_a_score_is_never_the_answer_to_another_upload(service, run):
    run(result=graded(score=None))
    assert row(service, "a").state == State.NOT_GRADABLE
    assert row(service, "a").result_key.endswith("-a")


def test_unreadable_submission_is_refused_with_the_sentence_for_the_student(service, run):
    run(result=TaskResult(None, "a.py is a PDF.", {}))
    assert (row(service, "a").state, row(service, "a").sentence) == (State.REFUSED, "a.py is a PDF.")


@pytest.mark.parametrize("error", [ProcessLost("killed"), CancelledError()])
def test_submission_on_which_three_workers_died_is_not_tried_again(service, run, error):
    for losses in (1, 2):
        run(error=error)
        assert (row(service, "a").state, row(service, "a").losses) == (State.QUEUED, losses)
        with service.database.writing() as session:
            submission = session.get_one(Submission, "a")
            submission.state, submission.owner = State.RUNNING, "own"
    run(error=error)
    assert (row(service, "a").state, row(service, "a").sentence) == (State.NOT_GRADABLE, finishing.DIED)


def test_late_answer_to_a_claim_that_was_lost_changes_nothing(service, run):
    assert run(owner="another", result=graded()) is None
    assert (row(service, "a").state, row(service, "a").result_key) == (State.RUNNING, None)


def test_database_that_was_locked_costs_nothing(service, run):
    run(error=Unavailable("locked"))
    submission = row(service, "a")
    assert (submission.state, submission.losses, submission.interruptions) == (State.QUEUED, 0, 0)


def test_result_that_cannot_be_stored_does_not_stop_the_others(service, run, monkeypatch):
    monkeypatch.setattr(finishing.kept_results, "keep", lambda *_: 1 / 0)
    run(result=graded())
    assert (row(service, "a").state, row(service, "a").reason) == (State.NOT_GRADABLE, "ZeroDivisionError")


@pytest.mark.quick
def test_machine_has_failed_if_isolation_memory_or_process_have():
    assert GradingOutcome(None, error=NoIsolation("no")).is_failure_of_the_machine
    assert GradingOutcome(None, error=ProcessLost("lost")).is_failure_of_the_machine
    assert not GradingOutcome(None, error=NotGradable("no TensorFlow")).is_failure_of_the_machine
    assert GradingOutcome(None, graded()).is_success and not GradingOutcome(None, graded(None)).is_success
