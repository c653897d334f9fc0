"""The interface of GitLab: projects of a group, pushes, and answers as statuses and comments."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from grader.repositories.gitlab import GitLab
from grader.repositories.model import AnswerOutcome, HostAccount, NotThere, PushAnswer, Remark, RemoteRepository

from .hosts import ORGANISATION, OTHER, TOKEN

EARLY = datetime(2026, 11, 20, 23, 59, 58, tzinfo=UTC)
FILES = {"answer.py": b"answer = 42\n"}
DIFF = "@@ -0,0 +1,3 @@\n+first\n+second\n context\n-gone\n+fifth\n"


@pytest.fixture
def client(gitlab):
    return GitLab(gitlab.address, "deep-course", str(ORGANISATION), TOKEN)


def remote(host, repo):
    return RemoteRepository(str(repo.id), host.full_name(repo), str(repo.owner), repo.default_branch, repo.private)


@pytest.mark.quick
def test_projects_of_the_group_are_listed(gitlab, client):
    for number in range(130):
        gitlab.add(f"single-neuron-{number}", private=number > 0)
    gitlab.add("foreign", OTHER)
    entries, version = client.repositories("deep-course", "")
    assert len(entries) == 130 and version == ""
    assert [entry.is_private for entry in entries[:2]] == [False, True]
    gitlab.organisations[ORGANISATION] = "renamed"
    assert client.organisation() == HostAccount(str(ORGANISATION), "renamed")


def test_project_of_another_group_is_not_there(gitlab, client):
    with pytest.raises(NotThere):
        client.repository(remote(gitlab, gitlab.add("single-neuron-ada", OTHER)))


def test_pushes_and_files(gitlab, client):
    repo = gitlab.add("single-neuron-ada", writers={11: "ada"}, readers={12: "eve"})
    assert client.head(remote(gitlab, repo), "main") is None
    sha = gitlab.push(repo, FILES, EARLY)
    assert client.head(remote(gitlab, repo), "main") == sha
    assert client.push_time(remote(gitlab, repo), "main", sha).moment == EARLY
    assert client.push_time(remote(gitlab, repo), "other", sha) is None
    assert b"answer.py" in client.archive(remote(gitlab, repo), sha)
    assert client.writers(remote(gitlab, repo)) == [HostAccount("11", "ada")]
    gitlab.users = {11: "ada"}
    assert client.account("ada") == HostAccount("11", "ada") and client.account("eve") is None


def test_answer_is_a_status_and_comments_only_at_changed_lines(gitlab, client):
    repo = gitlab.add("single-neuron-ada", diff=DIFF)
    sha = gitlab.push(repo, FILES)
    waiting = PushAnswer(
        "grader / single-neuron", AnswerOutcome.WAITING, "It is being graded.", "https://g.example/s/1"
    )
    remarks = [Remark("answer.py", line, "update", "It is wrong.") for line in (1, 3, 4)]
    ended = PushAnswer(
        "grader / single-neuron", AnswerOutcome.FAILED, "60 of 100 points", "https://g.example/s/1", "text", remarks
    )
    for answer in (waiting, waiting, ended, ended):  # also a second time, after a failure
        client.answer(remote(gitlab, repo), sha, answer, "")
    assert [each["state"] for each in gitlab.statuses] == ["running", "failed"]
    assert [(each.get("path"), each.get("line")) for each in gitlab.comments] == [
        (None, None),
        ("answer.py", 1),
        ("answer.py", 4),
    ]
