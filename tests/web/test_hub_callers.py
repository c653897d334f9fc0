"""The token of a notebook server works for the API: it reads and hands in for its owner, and does nothing else."""

from __future__ import annotations

import httpx
import pytest
from fastapi.testclient import TestClient

from grader.service import accounts, members, rates, users
from grader.service.access import SCOPES
from grader.web.app import make_app
from tests.logins.fake_hub import TOKEN

from .hub import HOST, ROOT, app, hub  # noqa: F401

API = f"{ROOT}/api/v1"


@pytest.fixture
def client(app):  # noqa: F811
    def opened(token):
        headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": "192.0.2.7"}
        return TestClient(app, base_url=HOST, client=("127.0.0.1", 5), headers=headers)

    return opened


@pytest.mark.quick
def test_student_hands_in_without_ever_having_opened_a_page(client, hub):  # noqa: F811
    ada = client(hub.token_of("ada"))
    answer = ada.post(
        f"{API}/courses/demo/exercises/single-neuron/submissions",
        files={"file": ("mine.py", b"w = 1\n")},
        data={"kind": "check"},
    )
    assert answer.status_code == 202, answer.text
    assert answer.json()["student"] == "ada-2"
    assert ada.get(f"{API}/submissions/{answer.json()['id']}").status_code == 200
    assert hub.requests == [("GET", "/hub/api/user")]


def test_token_reads_and_hands_in_and_nothing_else(client, hub):  # noqa: F811
    prof = client(hub.token_of("prof"))
    (course,) = prof.get(f"{API}/courses").json()
    assert course["role"] == "student"  # an instructor makes a token for the work of the class
    gradebook = prof.get(f"{API}/courses/demo/exercises/single-neuron/gradebook")
    assert gradebook.status_code in (403, 404)
    assert prof.put(f"{API}/courses/other", json={"title": "x"}).status_code in (403, 404, 405)
    assert prof.get(f"{ROOT}/metrics").status_code == 404


def test_own_tokens_never_reach_the_hub(client, hub, service):  # noqa: F811
    with service.database.writing() as session:
        token = accounts.new_token(session, users.find(session, "ada"), SCOPES)
    assert client(token).get(f"{API}/courses").status_code == 200
    assert client("grd_0123456789abcdef0123").get(f"{API}/courses").status_code == 401
    assert client("short").get(f"{API}/courses").status_code == 401
    assert hub.requests == []


def test_unknown_token_has_a_sentence(client):
    answer = client("0" * 32).get(f"{API}/courses")
    assert answer.status_code == 401
    assert "JupyterHub does not know this token: stop your server" in answer.json()["detail"]


def test_invented_tokens_reach_the_hub_only_so_often_and_shut_nobody_out(client, hub, service, monkeypatch):  # noqa: F811
    ada = client(hub.token_of("ada"))
    assert ada.get(f"{API}/courses").status_code == 200
    monkeypatch.setattr(rates, "LAUNCHES_FROM_ONE_ADDRESS", 0.3)  # of 10
    assert [client(f"{number:032}").get(f"{API}/courses").status_code for number in range(4)] == [401, 401, 429, 429]
    assert len(hub.requests) == 3 and ada.get(f"{API}/courses").status_code == 200


def test_hub_that_does_not_answer_is_503_and_never_401(client, hub, caplog):  # noqa: F811
    token = hub.token_of("ada")
    for hub.answer in (httpx.ConnectError("refused"), httpx.Response(502), httpx.Response(200, text="x")):
        refused = client(token).get(f"{API}/courses")
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "10"
        assert "JupyterHub does not answer" in refused.json()["detail"]
        assert token not in caplog.text
    hub.answer = None
    assert client(token).get(f"{API}/courses").status_code == 200


def test_token_without_the_scope_says_which_one_is_missing(client, hub):  # noqa: F811
    hub.scopes = ["users:activity!user=ada"]
    answer = client(hub.token_of("ada")).get(f"{API}/courses")
    assert answer.status_code == 403
    assert "the scope access:services!service=grader is missing" in answer.json()["detail"]


def test_token_of_the_service_itself_is_nobody(client):
    assert client(TOKEN).get(f"{API}/courses").status_code == 403


def test_disabled_person_is_refused_at_once(client, hub, service):  # noqa: F811
    grace = client(hub.token_of("grace"))
    assert grace.get(f"{API}/courses").status_code == 200
    with service.database.writing() as session:
        members.disable(session, users.find(session, "grace"))
    assert grace.get(f"{API}/courses").status_code == 403


def test_token_of_the_hub_is_nothing_without_a_hub(service):
    client = TestClient(make_app(service), base_url="http://127.0.0.1:8000")
    assert client.get("/api/v1/courses", headers={"Authorization": f"Bearer {'0' * 32}"}).status_code == 401
