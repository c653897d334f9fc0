"""Jobs are done one after the other, survive a restart, and fail with a sentence."""

from __future__ import annotations

import pytest

from grader.service import jobs
from grader.service.errors import NoSpace, Unavailable
from grader.service.tables import Job, Worker


def done(service, job):
    with service.database.reading() as session:
        row = session.get(Job, job.id)
        return row.state, row.message


@pytest.fixture
def asked(service):
    def ask(about="x"):
        with service.database.writing() as session:
            return jobs.request(session, "test", about)

    return ask


def test_job_is_done_once(service, asked):
    calls = []
    runner = jobs.JobRunner(service, {"test": lambda service, job, stopping: calls.append(job.about) or "Finished."})
    job = asked()
    runner.run_waiting()
    runner.run_waiting()
    assert (calls, done(service, job)) == (["x"], ("done", "Finished."))


def test_same_request_twice_is_one_job(asked):
    assert asked().id == asked().id != asked("y").id


def test_failure_is_a_sentence_without_a_traceback(service, asked):
    def fail(service, job, stopping):
        raise jobs.JobFailed("It is broken.") if job.about == "x" else ValueError("secret")

    runner = jobs.JobRunner(service, {"test": fail})
    first, second = asked(), asked("y")
    runner.run_waiting()
    assert done(service, first) == ("failed", "It is broken.")
    assert done(service, second)[0] == "failed"
    assert "secret" not in done(service, second)[1]


def test_job_of_a_server_that_ended_is_done_again_and_given_up_after_three(service, asked):
    job = asked()
    for state in ("queued", "queued", "failed"):
        with service.database.writing() as session:
            session.get(Job, job.id).state = "running"
        runner = jobs.JobRunner(service, {"test": lambda service, job, stopping: ""})
        runner._release_lost()
        assert done(service, job)[0] == state


def test_interrupted_job_waits_again(service, asked):
    def interrupt(service, job, stopping):
        runner._is_stopping.set()
        raise jobs.JobInterrupted

    runner = jobs.JobRunner(service, {"test": interrupt})
    job = asked()
    runner.run_waiting()
    assert done(service, job) == ("queued", "")


@pytest.mark.parametrize("refusal", [Unavailable("The database is in use."), NoSpace()])
def test_job_waits_while_database_or_disk_fail(service, asked, monkeypatch, refusal):
    monkeypatch.setattr(jobs, "LOOK_SECONDS", 0.01)
    refusals = [refusal]

    def work(service, job, stopping):
        if refusals:
            raise refusals.pop()
        return "Finished."

    job = asked()
    jobs.JobRunner(service, {"test": work}).run_waiting()
    assert done(service, job) == ("done", "Finished.")


def test_end_of_a_job_is_stored_later_if_the_database_is_locked(service, asked, monkeypatch):
    monkeypatch.setattr(jobs, "LOOK_SECONDS", 0.01)
    writing, failures = service.database.writing, [Unavailable("The database is in use.")] * 2

    def fails_twice():
        if failures:
            raise failures.pop()
        return writing()

    def work(service, job, stopping):
        monkeypatch.setattr(service.database, "writing", fails_twice)
        return "Finished."

    job = asked()
    jobs.JobRunner(service, {"test": work}).run_waiting()
    assert (done(service, job), failures) == (("done", "Finished."), [])


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_job_of_a_server_that_still_runs_is_left_alone(service, asked, database_kind):
    job = asked()
    with service.database.writing() as session:
        session.add(Worker(id="other"))
        row = session.get(Job, job.id)
        row.state, row.owner = "running", "other"
    runner = jobs.JobRunner(service, {"test": lambda service, job, stopping: ""})
    runner._release_lost()
    assert done(service, job)[0] == "running"
    with service.database.writing() as session:
        session.delete(session.get(Worker, "other"))
    runner._release_lost()
    assert done(service, job)[0] == "queued"
