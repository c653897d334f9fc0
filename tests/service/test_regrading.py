"""Submissions are graded again without changing anything, compared, and count only after they have been accepted."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest

from grader.executor.work import TaskResult
from grader.service import jobs, regrade_comparison, regrading
from grader.service.errors import Conflict
from grader.service.tables import Audit, Exercise, Regrade, State, Submission, Version
from tests.service.kept_results import hand_in, report_with


class OtherGrader:
    """Gives every submission a share of the points, or fails for some of them."""

    def __init__(self, share=0.5, failing=()):
        self.share, self.failing, self.graded = share, failing, []

    def grade_again(self, submission, version):
        self.graded.append(submission.id)
        future = Future()
        if submission.id in self.failing:
            future.set_exception(RuntimeError("a secret"))
        else:
            future.set_result(TaskResult(report_with(self.share, "answer.py", submission.sha256), "", {}))
        return future


@pytest.fixture
def version(service):
    """Another version of the exercise."""
    with service.database.writing() as session:
        row = Version(name="single-neuron", digest="other", state="valid")
        session.add(row)
        session.flush()
        return row


@pytest.fixture
def asked(service, caller, version):
    """A function that requests to grade all attempts again."""

    def ask(**choice):
        with service.database.writing() as session:
            exercise = session.query(Exercise).filter_by(name="single-neuron").one()
            attempts = regrading.attempts_of(session, exercise, **choice)
            return regrading.request(
                session, caller("iris"), exercise, session.get(Version, version.id), attempts, "a mistake"
            )

    return ask


def run(service, grader):
    jobs.JobRunner(service, {regrading.KIND: regrading.RegradeJobs(grader)}).run_waiting()


def compared(service, regrade):
    with service.database.reading() as session:
        row = session.get(Regrade, regrade.id)
        return row.state, {item.user.name: item for item in regrade_comparison.compare(session, row)}


def test_new_results_count_only_after_they_are_accepted(service, caller, version, asked):
    ada, ben = hand_in(service, "ada", 1.0, content=b"1"), hand_in(service, "ben", 0.0, content=b"2")
    regrade = asked()
    grader = OtherGrader(0.5)
    run(service, grader)
    state, items = compared(service, regrade)
    assert (state, sorted(grader.graded)) == ("compared", sorted([ada, ben]))
    full = items["ada"].max_score
    assert (items["ada"].old, items["ada"].new, items["ada"].difference) == (full, full / 2, -full / 2)
    assert items["ben"].difference == full / 2
    assert len(items["ada"].checks) > 0
    with service.database.reading() as session:
        row = session.get(Submission, ada)
        old_key = row.result_key
        assert row.version_id != version.id
    with service.database.writing() as session:
        assert regrading.accept(session, caller("iris"), session.get(Regrade, regrade.id)) == 2
        row = session.get(Submission, ada)
        assert (row.version_id, row.exercise.version_id) == (version.id, version.id)
        assert row.result_key != old_key
        assert session.query(Audit).filter_by(what="regrade accepted").count() == 1
        with pytest.raises(Conflict):
            regrading.accept(session, caller("iris"), session.get(Regrade, regrade.id))


def test_discarded_results_change_nothing(service, caller, asked):
    ada = hand_in(service, "ada", 1.0)
    regrade = asked()
    run(service, OtherGrader())
    with service.database.writing() as session:
        before = session.get(Submission, ada).result_key
        regrading.discard(session, caller("iris"), session.get(Regrade, regrade.id))
        assert session.get(Submission, ada).result_key == before
    assert asked().id != regrade.id


def test_submission_that_cannot_be_graded_again_keeps_its_result(service, caller, asked):
    ada, ben = hand_in(service, "ada", 1.0, content=b"1"), hand_in(service, "ben", 1.0, content=b"2")
    regrade = asked()
    run(service, OtherGrader(failing=[ada]))
    _state, items = compared(service, regrade)
    assert items["ada"].problem == regrading.NOT_GRADED and items["ada"].new is None
    with service.database.writing() as session:
        before = session.get(Submission, ada).result_key
        assert regrading.accept(session, caller("iris"), session.get(Regrade, regrade.id)) == 1
        assert session.get(Submission, ada).result_key == before
        assert session.get(Submission, ben).version_id == regrade.version_id


def test_attempt_that_could_not_be_graded_gets_a_result(service, caller, asked):
    hand_in(service, "ben", 1.0)
    ada = hand_in(service, "ada", state=State.NOT_GRADABLE, content=b"2")
    regrade = asked(only_failed=True)
    grader = OtherGrader(1.0)
    run(service, grader)
    assert grader.graded == [ada]
    with service.database.writing() as session:
        regrading.accept(session, caller("iris"), session.get(Regrade, regrade.id))
        assert session.get(Submission, ada).state == State.GRADED


def test_only_some_students_are_graded_again_and_self_checks_never(service, asked):
    ada = hand_in(service, "ada", content=b"1")
    hand_in(service, "ben", content=b"2")
    hand_in(service, "ada", kind="check", content=b"3")
    with service.database.reading() as session:
        user_id = session.get(Submission, ada).user_id
    grader = OtherGrader()
    asked(user_ids=[user_id])
    run(service, grader)
    assert grader.graded == [ada]


def test_one_regrade_at_a_time_and_none_without_attempts(service, asked):
    with pytest.raises(Conflict, match="no attempts"):
        asked()
    hand_in(service, "ada")
    asked()
    with pytest.raises(Conflict, match="accept or discard"):
        asked()


def test_regrade_continues_after_a_restart(service, asked):
    ada, ben = hand_in(service, "ada", content=b"1"), hand_in(service, "ben", content=b"2")
    regrade = asked()
    stopping = threading.Event()

    class Ending(OtherGrader):
        def grade_again(self, submission, version):
            stopping.set()
            return super().grade_again(submission, version)

    with service.database.reading() as session:
        job = jobs.newest(session, regrading.KIND, regrade.id)
    first = Ending()
    with pytest.raises(jobs.JobInterrupted):
        regrading.RegradeJobs(first)(service, job, stopping)
    second = OtherGrader()
    run(service, second)
    assert compared(service, regrade)[0] == "compared"
    assert {*first.graded, *second.graded} == {ada, ben}


def test_discarded_regrade_stops(service, caller, asked):
    hand_in(service, "ada")
    regrade = asked()
    with service.database.writing() as session:
        regrading.discard(session, caller("iris"), session.get(Regrade, regrade.id))
    grader = OtherGrader()
    run(service, grader)
    assert grader.graded == []
