"""Old self-checks and attempts are deleted with everything that belongs only to them."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import pytest

from grader.service import accounts, desk_folder, retention
from grader.service.deliveries import GIVEN_UP, PENDING, SENT
from grader.service.moments import now
from grader.service.outside_tables import Delivery
from grader.service.tables import Course, Exercise, Link, Login, Result, State, Submission, User


@pytest.fixture
def hand_in(service):
    """A function that adds a submission of some days ago, with a result; returns its id."""

    def add(name, days, kind="check", content=b"a", state=State.GRADED):
        blob = service.blobs.put(content)
        with service.database.writing() as session:
            exercise = session.query(Exercise).filter_by(name="single-neuron").one()
            user = session.query(User).filter_by(name=name).one()
            key = f"key of {content!r}"
            if session.get(Result, key) is None:
                executed = service.blobs.put(b"executed " + content)
                session.add(
                    Result(
                        key=key,
                        report=b"",
                        executed=executed,
                        score=1,
                        max_score=1,
                        passed=True,
                        ending="graded",
                        seconds=1,
                        grader="0",
                    )
                )
            row = Submission(
                user_id=user.id,
                exercise_id=exercise.id,
                version_id=exercise.version_id,
                kind=kind,
                file_name="a.py",
                sha256=blob,
                blob=blob,
                size=1,
                received=now() - timedelta(days=days),
                state=state,
                result_key=key if state == State.GRADED else None,
            )
            session.add(row)
            session.flush()
            return row.id

    return add


def make_files_old(service):
    for path in service.configuration.blob_dir.glob("??/*"):
        os.utime(path, (time.time() - 2 * retention.UPLOAD_SECONDS,) * 2)


def remaining(service):
    with service.database.reading() as session:
        return {row.id for row in session.query(Submission)}


def test_each_kind_is_kept_as_long_as_its_course_says(service, hand_in):
    with service.database.writing() as session:
        course = session.query(Course).one()
        course.check_days, course.attempt_days = 10, 100
    kept = {hand_in("ada", 9), hand_in("ada", 99, "attempt", b"b")}
    hand_in("ada", 11, content=b"c")
    hand_in("ada", 101, "attempt", b"d")
    make_files_old(service)
    assert str(retention.count_old(service)) == "1 self-check, 1 graded attempt, 0 files"
    assert retention.purge(service) == retention.Deletions(1, 1, 4)
    assert remaining(service) == kept
    assert {service.blobs.get(name) for name in service.blobs.names()} == {b"a", b"executed a", b"b", b"executed b"}
    assert retention.purge(service) == retention.Deletions()


def test_shared_files_and_results_are_kept(service, hand_in):
    hand_in("ada", 50)
    kept = hand_in("ben", 1)
    make_files_old(service)
    assert retention.purge(service) == retention.Deletions(checks=1)
    with service.database.reading() as session:
        assert session.get(Result, session.get(Submission, kept).result_key) is not None


def test_unfinished_submissions_and_new_files_are_kept(service, hand_in):
    kept = hand_in("ada", 5000, "attempt", state=State.QUEUED)
    service.blobs.put(b"an upload whose row is not there yet")
    make_files_old(service)
    service.blobs.put(b"an upload whose row is not there yet")  # stored before, and now again
    retention.purge(service)
    assert remaining(service) == {kept}
    assert b"an upload whose row is not there yet" in {service.blobs.get(name) for name in service.blobs.names()}


def test_days_can_be_fewer_than_those_of_the_course_but_not_more(service, hand_in):
    kept = hand_in("ada", 1)
    hand_in("ada", 5, content=b"b")
    assert retention.purge(service, 5000).checks == 0
    assert retention.purge(service, 3).checks == 1
    assert remaining(service) == {kept}


def test_pages_of_the_class_are_written_again_without_old_attempts(service, hand_in):
    hand_in("ada", 5000, "attempt")
    with service.database.reading() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
    folder = desk_folder.of_exercise(service.configuration, exercise.id, "en")
    folder.give("moodle", b"names", desk_folder.FillRequest(name="moodle.csv"))
    folder.out.mkdir(parents=True)
    retention.purge(service)
    assert not folder.out.exists()
    assert list(folder.requests()) == ["moodle"]


def test_what_was_sent_is_forgotten_with_the_work_but_not_what_waits(service):
    with service.database.writing() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
        ids = {name: session.query(User).filter_by(name=name).one().id for name in ("ada", "ben")}
        session.query(Course).one().attempt_days = 10
        for place, state, days in [
            ("new", SENT, 9),
            ("old", SENT, 11),
            ("refused", GIVEN_UP, 11),
            ("waits", PENDING, 11),
        ]:
            since = now() - timedelta(days=days)
            for user_id in ids.values():
                session.add(
                    Delivery(
                        kind="test", place=place, user_id=user_id, exercise_id=exercise.id, state=state, since=since
                    )
                )
    retention.purge(service)
    with service.database.reading() as session:
        assert sorted(row.place for row in session.query(Delivery)) == ["new", "new", "waits", "waits"]


def test_sign_ins_and_links_that_are_not_valid_are_deleted(service):
    with service.database.writing() as session:
        user = session.query(User).filter_by(name="ada").one()
        accounts.sign_in(session, user)
        session.add(Login(digest="old", user_id=user.id, expires=now() - timedelta(days=1)))
        session.add(Link(digest="used", purpose="invite", uses_left=0))
    retention.purge(service)
    with service.database.reading() as session:
        assert session.query(Login).filter_by(digest="old").count() == 0
        assert (session.query(Login).count(), session.query(Link).count()) == (1, 0)
