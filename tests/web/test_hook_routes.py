"""Webhooks: only those with the secret of their address are read, and each is followed by the right thing, once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import time

import pytest
from fastapi.testclient import TestClient

from grader.service.configuration import ServiceLimits
from grader.service.rates import Rates
from grader.service.repository_tables import ClassRepository, RepositoryPush, RepositorySource
from grader.web.app import make_app
from tests.repositories.conftest import github, gitlab  # noqa: F401
from tests.repositories.hosts import OTHER
from tests.service import classroom
from tests.service.classroom import ANSWER, push_event, rows, signed


@pytest.fixture
def client(service):
    return TestClient(make_app(service), base_url="http://127.0.0.1:8000", follow_redirects=False)


@pytest.fixture
def source(service, github, caller, tmp_path):  # noqa: F811
    classroom.configure(service, github, "github", tmp_path)
    return classroom.connect(service, caller)


@pytest.fixture
def repo(github):  # noqa: F811
    return github.add("single-neuron-ada")


@pytest.fixture
def send(client, source):
    def sent(event, secret=None, place=None, name="push", delivery=None, drop=(), **headers):
        body, usual = signed(source.secret if secret is None else secret, event, name, delivery)
        usual = {key: value for key, value in {**usual, **headers}.items() if key not in drop}
        return client.post(f"/hooks/github/{place or source.id}", content=body, headers=usual)

    return sent


def sha1_of(secret, body):
    return "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


@pytest.mark.quick
def test_push_is_accepted_once(service, send, github, repo):  # noqa: F811
    sha = github.push(repo, ANSWER)
    event = push_event(github, repo, sha)
    answer = send(event, delivery="first")
    assert (answer.status_code, answer.json()) == (202, {"message": "The push is graded."})
    assert send(event, delivery="first").json() == {"message": "This delivery has been received before."}
    assert send(event, delivery="second").json() == {"message": "This commit was handed in before."}
    [push] = rows(service, RepositoryPush)
    assert (push.sha, push.state) == (sha, "waiting")
    assert rows(service, RepositorySource)[0].heard is not None


FORGED = {
    "unsigned": lambda send, event, source, other: send(event, drop=["X-Hub-Signature-256"]),
    "only SHA-1": lambda send, event, source, other: send(
        event, drop=["X-Hub-Signature-256"], **{"X-Hub-Signature": sha1_of(source.secret, json.dumps(event).encode())}
    ),
    "wrong secret": lambda send, event, source, other: send(event, secret="guess"),
    "empty secret": lambda send, event, source, other: send(event, secret=""),
    "secret of another connection": lambda send, event, source, other: send(event, secret=other.secret),
    "signed for another body": lambda send, event, source, other: send(
        event, **{"X-Hub-Signature-256": signed(source.secret, {**event, "after": "f" * 40})[1]["X-Hub-Signature-256"]}
    ),
    "signature without its prefix": lambda send, event, source, other: send(
        event, **{"X-Hub-Signature-256": signed(source.secret, event)[1]["X-Hub-Signature-256"].removeprefix("sha256=")}
    ),
    "signature that is not ASCII": lambda send, event, source, other: send(
        event, **{"X-Hub-Signature-256": "sha256=\u00e4".encode("latin-1")}
    ),
    "token of GitLab": lambda send, event, source, other: send(
        event, drop=["X-Hub-Signature-256"], **{"X-Gitlab-Token": source.secret}
    ),
}


def test_forged_webhooks_are_refused(service, send, source, caller, github, repo, caplog):  # noqa: F811
    other = classroom.connect(service, caller, beginning="other-")
    event = push_event(github, repo, github.push(repo, ANSWER))
    for name, forged in FORGED.items():
        with caplog.at_level(logging.WARNING):
            answer = forged(send, event, source, other)
        assert answer.status_code == 401 and "secret" in answer.json()["message"], name
        assert source.secret not in answer.text, name
    assert rows(service, RepositoryPush) == [] and rows(service, RepositorySource)[0].heard is None
    assert source.secret not in caplog.text and caplog.text.count("a webhook was refused") == len(FORGED)


UNREADABLE = {
    "not JSON": b"ref=main",
    "deep JSON": b"[" * 100_000,
    "a list": [],
    "null": None,
    "without its repository": {"ref": "refs/heads/main", "after": "a" * 40},
    "number instead of a text": {"ref": 5, "after": "a" * 40},
    "sha that is a path": {"ref": "refs/heads/main", "after": "../../../orgs"},
}


def test_signed_webhooks_with_another_form_are_refused(service, send, github, repo):  # noqa: F811
    for name, event in UNREADABLE.items():
        if isinstance(event, dict) and "without" not in name:
            event = push_event(github, repo, "a" * 40) | event
        assert send(event).status_code == 422, name
    assert rows(service, RepositoryPush) == []


def test_wrong_types_deep_inside_are_refused(service, send, github, repo):  # noqa: F811
    for field, value in {"id": "77", "private": "yes", "full_name": None, "owner": 3, "default_branch": []}.items():
        event = push_event(github, repo, "a" * 40)
        event["repository"][field] = value
        assert send(event).status_code == 422, field
    assert rows(service, ClassRepository) == []


@pytest.mark.parametrize("name", ["../../user", "deep-course/../single-neuron-ada", "deep-course//single-neuron-ada"])
def test_name_that_leads_to_another_address_of_the_host_is_refused(service, send, github, repo, name):  # noqa: F811
    event = push_event(github, repo, github.push(repo, ANSWER))
    event["repository"]["full_name"] = name
    assert send(event).status_code == 422 and rows(service, ClassRepository) == []


def test_other_addresses_methods_and_sizes(client, send, github, repo, source):  # noqa: F811
    event = push_event(github, repo, "a" * 40)
    assert send(event, place="unknown").status_code == 404
    assert client.get(f"/hooks/github/{source.id}").status_code == 405
    body, headers = signed(source.secret, event)
    assert client.post(f"/hooks/gitlab/{source.id}", content=body, headers=headers).status_code == 404
    assert client.post(f"/hooks/other/{source.id}", content=body, headers=headers).status_code == 404
    assert send(b" " * (5 * 1024 * 1024 + 1)).status_code == 413
    assert send(event, drop=["X-GitHub-Delivery"]).status_code == 422
    assert send(event, drop=["X-GitHub-Event"]).status_code == 422
    assert send(event, delivery="x" * 300).status_code == 422


@pytest.mark.long
def test_guesses_are_slowed_down(service, send):
    service.rates = Rates(ServiceLimits(logins_a_minute=1))
    statuses = [send({}, secret="guess").status_code for _ in range(31)]
    assert statuses[-1] == 429 and set(statuses[:-1]) == {401}


def test_form_of_another_page_is_still_refused(client, source):
    answer = client.post(f"/hooks/github/{source.id}", content=b"{}", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    answer = client.post("/logout", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403


NOTHING = {
    "ping": ("ping", {"zen": "Design for failure."}, "The webhook works."),
    "other event": ("issues", {"action": "opened"}, "This event has no consequences."),
    "tag": ("push", {"ref": "refs/tags/v1"}, "Only branches count."),
    "deleted branch": ("push", {"deleted": True, "after": "0" * 40}, "The branch was deleted."),
    "other branch": ("push", {"ref": "refs/heads/try"}, "Pushes to this branch do not count."),
    "program": (
        "push",
        {"sender": {"id": 1, "login": "github-classroom[bot]", "type": "Bot"}},
        "Pushes of programs do not count.",
    ),
}


def test_events_without_consequences(service, send, github, repo):  # noqa: F811
    for case, (name, values, sentence) in NOTHING.items():
        event = {**push_event(github, repo, "a" * 40), **values} if name == "push" else values
        answer = send(event, name=name)
        assert answer.json() == {"message": sentence} and answer.status_code in (200, 202), case
    assert rows(service, RepositoryPush) == []


def test_repository_of_another_organisation_does_not_count(service, send, github):  # noqa: F811
    foreign = github.add("single-neuron-ada", OTHER)
    answer = send(push_event(github, foreign, "a" * 40))
    assert answer.json() == {"message": "No exercise is connected with this repository."}
    assert rows(service, ClassRepository) == []


def test_renamed_repository_keeps_its_row_and_deleted_one_ends(service, send, github, repo):  # noqa: F811
    send(push_event(github, repo, github.push(repo, ANSWER)))
    repo.name = "my-work"
    event = {"action": "renamed", "repository": push_event(github, repo, "a" * 40)["repository"]}
    assert send(event, name="repository").json() == {"message": "The repository is noted."}
    assert [row.name for row in rows(service, ClassRepository)] == ["deep-course/my-work"]
    send(push_event(github, repo, github.push(repo, ANSWER)))
    assert len(rows(service, RepositoryPush)) == 2
    send({**event, "action": "deleted"}, name="repository")
    assert rows(service, ClassRepository)[0].removed is not None
    assert {push.state for push in rows(service, RepositoryPush)} == {"ignored"}


def test_one_webhook_serves_all_exercises_of_the_course(service, send, caller, github):  # noqa: F811
    second = classroom.connect(service, caller, beginning="cnn-")
    repo = github.add("cnn-ada")
    send(push_event(github, repo, github.push(repo, ANSWER)))
    assert [row.source_id for row in rows(service, ClassRepository)] == [second.id]


def test_webhook_of_the_app_has_its_secret_in_the_configuration(service, client, caller, github, tmp_path):  # noqa: F811
    (tmp_path / "hook").write_text("secret of the app")
    classroom.configure(service, github, "github", tmp_path, True, webhook_secret={"file": str(tmp_path / "hook")})
    classroom.connect(service, caller)
    repo = github.add("single-neuron-ada")
    body, headers = signed("secret of the app", push_event(github, repo, github.push(repo, ANSWER)))
    assert client.post("/hooks/github/github", content=body, headers=headers).status_code == 202
    body, headers = signed("secret of the app", {"ref": 1})
    headers["X-Hub-Signature-256"] = "sha256=" + "0" * 64
    assert client.post("/hooks/github/github", content=body, headers=headers).status_code == 401
    assert len(rows(service, RepositoryPush)) == 1


def test_address_ends_when_the_configuration_does_not_allow_the_course(service, send, github, tmp_path):  # noqa: F811
    classroom.configure(service, github, "github", tmp_path, courses=["other"])
    assert send({}, name="ping").status_code == 404


@pytest.fixture
def send_gitlab(service, client, caller, gitlab, tmp_path):  # noqa: F811
    classroom.configure(service, gitlab, "gitlab", tmp_path)
    source = classroom.connect(service, caller, host="gitlab")

    def sent(event, headers=None, name="Push Hook", **changes):
        usual = {
            "X-Gitlab-Event": name,
            "X-Gitlab-Token": source.secret,
            "Idempotency-Key": str(time.monotonic_ns()),
        }
        usual = {**usual, **changes} if headers is None else headers
        return client.post(f"/hooks/gitlab/{source.id}", content=json.dumps(event).encode(), headers=usual)

    sent.secret = source.secret
    return sent


def standard(secret, event, moment=None, identity="delivery-1"):
    """Return the headers of a webhook that GitLab signs."""
    stamp = str(int(moment or time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{identity}.{stamp}.".encode() + json.dumps(event).encode()
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    headers = {"webhook-id": identity, "webhook-timestamp": stamp, "webhook-signature": f"v1,{signature}"}
    return {**headers, "X-Gitlab-Event": "Push Hook"}


def test_webhooks_of_gitlab_with_a_token_or_a_signature(service, send_gitlab, gitlab):  # noqa: F811
    repo = gitlab.add("single-neuron-ada")
    event = classroom.gitlab_push_event(gitlab, repo, gitlab.push(repo, ANSWER))
    assert send_gitlab(event).status_code == 202
    second = classroom.gitlab_push_event(gitlab, repo, gitlab.push(repo, ANSWER))
    headers = standard(send_gitlab.secret, second)
    assert send_gitlab(second, headers).status_code == 202
    assert send_gitlab(second, headers).json() == {"message": "This delivery has been received before."}
    assert len(rows(service, RepositoryPush)) == 2


def test_forged_webhooks_of_gitlab_are_refused(service, send_gitlab, gitlab):  # noqa: F811
    repo = gitlab.add("single-neuron-ada")
    event = classroom.gitlab_push_event(gitlab, repo, gitlab.push(repo, ANSWER))
    secret = send_gitlab.secret
    other = "whsec_" + base64.b64encode(b"x" * 32).decode()
    right = standard(secret, event)
    forged = [
        {"X-Gitlab-Event": "Push Hook", "Idempotency-Key": "1"},
        {"X-Gitlab-Event": "Push Hook", "Idempotency-Key": "1", "X-Gitlab-Token": "guess"},
        {"X-Gitlab-Event": "Push Hook", "Idempotency-Key": "1", "X-Gitlab-Token": ""},
        standard(other, event),
        standard(secret, event | {"after": "f" * 40}),
        standard(secret, event, time.time() - 7200),
        {**right, "webhook-id": "another"},
        {**right, "webhook-timestamp": "now"},
        {**right, "webhook-signature": "v1,", "X-Gitlab-Token": secret},  # the signature decides if there is one
        signed(secret, event)[1],
    ]
    assert [send_gitlab(event, headers).status_code for headers in forged] == [401] * len(forged)
    assert rows(service, RepositoryPush) == []


def test_events_of_gitlab(service, send_gitlab, gitlab):  # noqa: F811
    repo = gitlab.add("single-neuron-ada")
    sha = gitlab.push(repo, ANSWER)
    event = classroom.gitlab_push_event(gitlab, repo, sha)
    assert send_gitlab(event | {"user_username": "project_7_bot_1a"}).json() == {
        "message": "Pushes of programs do not count."
    }
    assert send_gitlab(event | {"after": "0" * 40}).json() == {"message": "The branch was deleted."}
    assert send_gitlab(event | {"project": {"id": 1}}).status_code == 422
    foreign = gitlab.add("single-neuron-eve", OTHER)
    answer = send_gitlab(classroom.gitlab_push_event(gitlab, foreign, sha))
    assert answer.json() == {"message": "No exercise is connected with this repository."}
    send_gitlab(event)
    change = {"event_name": "project_rename", "project_id": repo.id, "path_with_namespace": "deep-course/new-name"}
    send_gitlab(change, name="Project Hook")
    assert [row.name for row in rows(service, ClassRepository)] == ["deep-course/new-name"]
    send_gitlab({**change, "event_name": "project_transfer", "path_with_namespace": "elsewhere/x"}, name="Project Hook")
    assert rows(service, ClassRepository)[0].removed is not None
