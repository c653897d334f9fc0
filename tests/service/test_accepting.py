"""Uploads are on disk when they are accepted, requests can be repeated, and no two of them exceed a limit together."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from grader.service import accepting, fresh_uploads, submissions
from grader.service.errors import Conflict, NoSpace, NotFound, Refusal, TooMany, Unreadable
from grader.service.tables import Kind, State, Submission
from grader.support import i18n


@pytest.fixture
def accept(service, caller):
    """A function that hands in one or more files, and returns the submission."""

    def accepted(student="ada", kind="attempt", content=b"x = 1\n", name="a.py", key=None):
        more = {"via": "page", "idempotency_key": key}
        return accepting.accept(service, caller(student), "demo", "single-neuron", kind, {name: content}, **more)

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


def test_same_request_returns_the_same_submission_and_another_one_with_its_key_is_refused(accept):
    first = accept(key="one")
    assert accept(key="one").id == first.id
    with pytest.raises(Unreadable, match="Idempotency-Key"):
        accept(key="one", content=b"x = 2\n")
    assert accept("ben", key="one").id != first.id


def test_requests_that_arrive_together_with_one_key_make_one_submission(accept):
    with ThreadPoolExecutor(8) as threads:
        assert len({submission.id for submission in threads.map(lambda _: accept(key="one"), range(8))}) == 1


def test_each_student_has_one_pending_self_check(service, accept):
    checks = [accept(kind="check", content=f"x = {number}\n".encode()) for number in range(3)]
    other = accept("ben", kind="check")
    with service.database.reading() as session:
        states = [session.get_one(Submission, each.id).state for each in (*checks, other)]
    assert states == [State.SUPERSEDED, State.SUPERSEDED, State.QUEUED, State.QUEUED]


def test_full_disk_stores_nothing(service, accept, monkeypatch):
    monkeypatch.setattr(accepting.space, "is_low", lambda *_: True)
    with pytest.raises(NoSpace):
        accept()
    with service.database.reading() as session:
        assert session.query(Submission).count() == 0
    assert [*service.blobs.names()] == []


def outcomes_together(accept, kind, count):
    """Hand in different files at the same time; return the classes of the refusals, None for what was accepted."""

    def outcome(number):
        with i18n.use("de" if number % 2 else "en"):
            try:
                accept(kind=kind, content=f"x = {number}\n".encode())
            except Refusal as refusal:
                assert ("Selbst" in str(refusal)) == bool(number % 2), refusal  # each in the language of its request
                return type(refusal)
        return None

    with ThreadPoolExecutor(count) as threads:
        return [*threads.map(outcome, range(count))]


def test_uploads_that_arrive_together_spend_no_more_attempts_than_there_are(service, caller, accept, change):
    change(attempts=2)
    assert sorted(map(str, outcomes_together(accept, Kind.ATTEMPT, 8))) == sorted(map(str, [None] * 2 + [Conflict] * 6))
    with service.database.reading() as session:
        assert session.query(Submission).count() == 2
    left = service.configuration.limits.uploads_a_minute - 8  # each upload has been counted once
    for _ in range(left):
        service.rates.count_upload(caller("ada").user_id)
    with pytest.raises(TooMany):
        service.rates.count_upload(caller("ada").user_id)


def test_self_checks_that_arrive_together_stay_below_the_limit(service, accept):
    limits = replace(service.configuration.limits, checks_an_hour=3)
    service.configuration = replace(service.configuration, limits=limits)
    assert outcomes_together(accept, Kind.CHECK, 8).count(None) == 3


def test_large_upload_is_forced_to_the_disk_before_its_transaction(service, accept, monkeypatch):
    large, threads = b"#" * (fresh_uploads.MOST_BYTES + 1), []
    put = service.blobs.put

    def noted(content, **options):
        threads.append((threading.current_thread().name, options))
        return put(content, **options)

    monkeypatch.setattr(service.blobs, "put", noted)
    submission = accept(content=large)
    assert threads == [(threading.current_thread().name, {})]
    assert service.blobs.get(submission.blob) == large


def test_large_upload_that_is_refused_leaves_no_file(service, accept, change):
    change(attempts=0)
    with pytest.raises(Conflict):
        accept(content=b"#" * (fresh_uploads.MOST_BYTES + 1))
    assert [*service.blobs.names()] == []


def test_large_upload_can_be_repeated_with_its_key_after_the_last_attempt(accept, change):
    change(attempts=1)
    large = b"#" * (fresh_uploads.MOST_BYTES + 1)
    assert accept(content=large, key="one").id == accept(content=large, key="one").id
