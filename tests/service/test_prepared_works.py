"""Each seed is prepared once: its answers are kept, idle time is used, and a long preparation gives way to submissions."""

from __future__ import annotations

import time
from concurrent.futures import CancelledError, Future

import pytest

from grader.executor.executor import ProcessLost
from grader.service import prepared_works
from grader.service.prepared_works import PreparedWorks
from grader.service.tables import Course, Exercise, Seed, State
from grader.support.errors import NotGradable
from tests.service import waiting_submissions


class Executor:
    """An executor whose process prepares nothing, in its own time."""

    slots = 1

    def __init__(self):
        self.calls: list[Future] = []

    def call(self, _function, _work):
        self.calls.append(Future())
        return self.calls[-1]

    def wait_for_call(self, count=1):
        end = time.monotonic() + 10
        while len(self.calls) < count:
            assert time.monotonic() < end
            time.sleep(0.01)
        return self.calls[-1]


@pytest.fixture
def executor():
    return Executor()


@pytest.fixture
def works(service, executor):
    works = PreparedWorks(service, executor)
    yield works
    for call in executor.calls:
        call.cancel()
    works.close()


@pytest.fixture
def seeds(service):
    """The seed of attempts and the first practice seed, with their version."""
    with service.database.reading() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
        rows = session.query(Seed).filter_by(exercise_id=exercise.id, number=0).order_by(Seed.purpose).all()
        return rows, exercise.version


def test_seed_is_prepared_once_and_its_answers_are_kept(service, executor, works, seeds):
    (attempt, _), version = seeds
    first, second = works.request(attempt, version), works.request(attempt, version)
    executor.wait_for_call().set_result(b"answers")
    work = first.result(10)
    assert second.result(10) is work and len(executor.calls) == 1
    assert (work.answers, work.include_hidden, work.inspected) == (b"answers", True, True)
    assert str(service.configuration.data_dir) in work.hide
    again = PreparedWorks(service, executor).request(attempt, version)  # after a restart only the isolation is tested
    executor.wait_for_call(2).set_result(b"answers")
    assert again.result(10) == work


def test_self_checks_run_only_open_checks_and_share_the_family_of_works(executor, works, seeds):
    (attempt, check), version = seeds
    requests = [works.request(seed, version) for seed in (attempt, check)]
    for count in (1, 2):
        executor.wait_for_call(count).set_result(b"answers")
    first, second = (request.result(10) for request in requests)
    assert (first.include_hidden, second.include_hidden) == (True, False)
    assert first.family == second.family and first.identity != second.identity


def test_preparation_that_failed_is_tried_again_with_the_next_submission(executor, works, seeds):
    (attempt, _), version = seeds
    failure = works.request(attempt, version)
    executor.wait_for_call().set_exception(NotGradable("no isolation"))
    with pytest.raises(NotGradable):
        failure.result(10)
    success = works.request(attempt, version)
    executor.wait_for_call(2).set_result(b"answers")
    assert success.result(10).answers == b"answers"


def test_process_that_dies_while_it_prepares_is_replaced_once(executor, works, seeds):
    (attempt, check), version = seeds
    success = works.request(attempt, version)
    executor.wait_for_call(1).set_exception(RuntimeError("killed"))
    executor.wait_for_call(2).set_result(b"answers")
    assert success.result(10).answers == b"answers"
    failure = works.request(check, version)
    for count in (3, 4):
        executor.wait_for_call(count).set_exception(RuntimeError("killed"))
    with pytest.raises(ProcessLost, match="killed"):
        failure.result(10)


def test_idle_time_is_used_for_exercises_that_are_used(service, executor, works):
    works.use_idle_time()
    assert executor.calls == []  # nobody has used the demo yet
    waiting_submissions.add(service, "a", "ada", state=State.GRADED)
    works.use_idle_time()
    works.use_idle_time()
    executor.wait_for_call().set_result(b"answers")
    assert len(executor.calls) == 1
    end = time.monotonic() + 10
    while True:
        with service.database.reading() as session:
            prepared = session.query(Seed).filter_by(is_prepared=True).all()
        if prepared:
            break
        assert time.monotonic() < end
        time.sleep(0.01)
    assert [seed.number for seed in prepared] == [0]
    works._idle.future.result(10)
    works.use_idle_time()
    executor.wait_for_call(2)


def test_all_exercises_of_a_course_are_prepared(service, executor, works):
    with service.database.writing() as session:
        session.query(Course).one().slug = "deep-learning"
    works.use_idle_time()
    executor.wait_for_call()


def test_long_preparation_in_idle_time_gives_way(service, executor, works, seeds, monkeypatch):
    waiting_submissions.add(service, "a", "ada", state=State.GRADED)
    works.use_idle_time()
    call = executor.wait_for_call()
    works.give_way()
    assert not call.cancelled()  # it ends soon
    monkeypatch.setattr(prepared_works, "SHORT_SECONDS", 0.0)
    works.give_way()
    with pytest.raises(CancelledError):
        call.result(10)
    with pytest.raises(CancelledError):
        works._idle.future.result(10)
    works.use_idle_time()
    executor.wait_for_call(2)
