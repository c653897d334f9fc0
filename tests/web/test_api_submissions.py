"""The API hands in once for each key, shows where a submission is, and shows nothing of other students."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from grader.service.moments import now
from grader.service.tables import Exercise, State, Submission, User
from grader.web import body_limits
from tests.service import kept_results

ADDRESS = "/api/v1/courses/demo/exercises/single-neuron/submissions"
CODE = b"w = 1\n"


def hand_in(client, content=CODE, name="mine.py", kind="check", **headers):
    return client.post(ADDRESS, files={"file": (name, content)}, data={"kind": kind}, headers=headers)


@pytest.mark.quick
def test_hand_in_answers_with_a_receipt(api, service):
    answer = hand_in(api("ada"))
    document = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (202, document["links"]["self"])
    assert document["sha256"] == hashlib.sha256(CODE).hexdigest()
    expected = {"course": "demo", "exercise": "single-neuron", "student": "ada", "kind": "check", "file": "mine.py"}
    assert {key: document[key] for key in expected} == expected
    assert (document["state"], document["ahead"], document["is_final"]) == ("queued", 0, False)
    with service.database.reading() as session:
        row = session.get_one(Submission, document["id"])
    assert (row.via, service.blobs.get(row.blob)) == ("api", CODE)
    assert api("ada").get(document["links"]["self"]).json() == {**document, "seconds": document["seconds"]}


def test_last_byte_counts_for_the_deadline_and_not_the_wait_for_a_thread(api, service, monkeypatch):
    arrival = now() - timedelta(seconds=30)
    monkeypatch.setattr(body_limits, "now", lambda: arrival)
    with service.database.writing() as session:
        session.query(Exercise).filter_by(name="single-neuron").one().closes = now() - timedelta(seconds=10)
    answer = hand_in(api("ada"))
    assert answer.status_code == 202
    with service.database.reading() as session:
        assert session.get_one(Submission, answer.json()["id"]).received == arrival


def test_self_check_is_the_default(api):
    answer = api("ada").post(ADDRESS, files={"file": ("mine.py", CODE)})
    assert (answer.status_code, answer.json()["kind"]) == (202, "check")


def test_same_key_hands_in_once(api):
    first, second = (hand_in(api("ada"), kind="attempt", **{"Idempotency-Key": "a"}) for _ in range(2))
    assert first.json()["id"] == second.json()["id"]
    other = hand_in(api("ada"), b"w = 2\n", kind="attempt", **{"Idempotency-Key": "a"})
    assert (other.status_code, other.json()["title"]) == (422, "unreadable")
    assert hand_in(api("ben"), kind="attempt", **{"Idempotency-Key": "a"}).json()["id"] != first.json()["id"]
    assert hand_in(api("ada"), kind="attempt").json()["id"] != first.json()["id"]


def test_too_many_uploads_in_a_minute_are_refused(api, service):
    with service.database.reading() as session:
        ada = session.query(User).filter_by(name="ada").one().id
    for _ in range(service.configuration.limits.uploads_a_minute):
        service.rates.count_upload(ada)
    answer = hand_in(api("ada"))
    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (429, True)
    assert hand_in(api("ben")).status_code == 202


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_bad_key_is_refused(api, key):
    assert hand_in(api("ada"), **{"Idempotency-Key": key}).status_code == 422


@pytest.mark.parametrize(
    "request_parts",
    [
        {},
        {"data": {"kind": "check"}},
        {"data": {"file": "no file"}},
        {"files": {"file": ("", b"x")}},
        {"files": {"file": ("mine.py", b"")}},
        {"files": {"file": ("mine.py", CODE)}, "data": {"kind": "exam"}},
        {"files": [("file", ("a.py", CODE)), ("file", ("x/a.py", CODE))]},
        {"content": b"\xff", "headers": {"Content-Type": "multipart/form-data"}},
        {"content": b"\xff", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"content": b"{}", "headers": {"Content-Type": "application/json"}},
    ],
    ids=range(10),
)
def test_request_without_a_readable_file_is_refused_with_a_sentence(api, request_parts):
    answer = api("ada").post(ADDRESS, **request_parts)
    assert answer.status_code in (400, 415, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].endswith((".", "'.")), answer.json()["detail"]


def test_large_file_is_refused(api):
    answer = hand_in(api("ada"), b"#" * (2 << 20) + b"#")
    assert (answer.status_code, answer.json()["title"]) == (413, "too-large")
    assert hand_in(api("ada"), b"#" * (12 << 20)).status_code == 413


def test_no_attempts_left_is_a_conflict(api, service):
    with service.database.writing() as session:
        session.query(Exercise).filter_by(name="single-neuron").one().attempts = 1
    assert hand_in(api("ada"), kind="attempt").status_code == 202
    answer = hand_in(api("ada"), b"w = 3\n", kind="attempt")
    assert (answer.status_code, "no graded attempts left" in answer.json()["detail"]) == (409, True)


def test_token_needs_the_scope(api):
    assert hand_in(api("ada", ["read"])).status_code == 403
    submission = hand_in(api("ada", ["submit"])).json()["links"]["self"]
    assert api("ada", ["submit"]).get(submission).status_code == 403


def test_unknown_exercise_and_submission_do_not_exist(api):
    client = api("ada")
    for path in ("/api/v1/courses/demo/exercises/nothing/submissions", "/api/v1/courses/x/exercises/y/submissions"):
        assert client.get(path).status_code == 404
        assert client.post(path, files={"file": ("a.py", CODE)}).status_code == 404
    for rest in ("", "/events", "/report", "/notebook", "/files"):
        assert client.get(f"/api/v1/submissions/nothing{rest}").status_code == 404


def test_submission_of_another_student_does_not_exist(api):
    own = hand_in(api("ada")).json()
    for name, link in own["links"].items():
        if name != "page":
            assert api("ben").get(link).status_code == 404
    assert api("ben").delete(own["links"]["self"]).status_code == 404
    assert api("ben").get(ADDRESS).json() == []
    assert api("ben").get(ADDRESS, params={"student": "ada"}).status_code == 404
    assert api("tom").get(own["links"]["self"]).json()["student"] == "ada"


def test_list_has_the_newest_first(api):
    ids = [hand_in(api("ada"), f"w = {n}\n".encode(), kind="attempt").json()["id"] for n in range(3)]
    assert [document["id"] for document in api("ada").get(ADDRESS).json()] == ids[::-1]
    assert [document["id"] for document in api("ada").get(ADDRESS, params={"limit": 1}).json()] == ids[-1:]
    assert len(api("tom").get(ADDRESS, params={"student": "ada"}).json()) == 3
    assert api("tom", ["read"]).get(ADDRESS, params={"student": "ada"}).status_code == 403
    assert api("tom").get(ADDRESS, params={"student": "nobody"}).status_code == 404


def test_submission_can_be_cancelled_once(api, service):
    link = hand_in(api("ada")).json()["links"]["self"]
    assert api("ada").delete(link).status_code == 204
    assert api("ada").get(link).json()["state"] == "cancelled"
    answer = api("ada").delete(link)
    assert (answer.status_code, answer.json()["title"]) == (409, "conflict")


def test_unchanged_submission_is_not_sent_again(api, service):
    submission = kept_results.hand_in(service, "ada")
    client, link = api("ada"), f"/api/v1/submissions/{submission}"
    first = client.get(link)
    again = client.get(link, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert first.json()["is_final"]


def test_events_of_a_finished_submission_end(api, service):
    submission = kept_results.hand_in(service, "ada")
    answer = api("ada").get(f"/api/v1/submissions/{submission}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [line for line in answer.text.splitlines() if line.startswith("event")] == ["event: state", "event: done"]


def test_late_attempt_says_so(api, service):
    with service.database.writing() as session:
        session.query(Exercise).filter_by(name="single-neuron").one().due = kept_results.NOON
    assert hand_in(api("ada"), kind="attempt").json()["is_late"]
    assert not hand_in(api("ada"), kind="check").json()["is_late"]


def test_superseded_check_says_what_happened(api, service):
    link = hand_in(api("ada")).json()["links"]["self"]
    hand_in(api("ada"), b"w = 5\n")
    document = api("ada").get(link).json()
    assert (document["state"], document["ahead"]) == (State.SUPERSEDED, None)
    assert document["sentence"] == "A newer self-check replaced it before it was graded."
