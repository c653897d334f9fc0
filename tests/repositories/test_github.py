"""The interface of GitHub: repositories, pushes, downloads, and answers with an App or a token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from grader.repositories.app_tokens import App
from grader.repositories.github import GitHub, api_of, cut
from grader.repositories.model import (
    AnswerOutcome,
    HostAccount,
    HostBusy,
    HostProblem,
    NotPermitted,
    NotThere,
    PushAnswer,
    Remark,
    RemoteRepository,
)

from .hosts import APP, ORGANISATION, TOKEN, Reply

EARLY = datetime(2026, 11, 20, 23, 59, 58, tzinfo=UTC)
FILES = {"week1/answer.py": b"answer = 42\n"}


def with_token(host, number=str(ORGANISATION)):
    return GitHub(host.address, "deep-course", number, TOKEN)


def with_app(host, number=str(ORGANISATION)):
    return GitHub(host.address, "deep-course", number, App(APP, host.app_key))


@pytest.fixture(params=[with_token, with_app], ids=["token", "app"])
def client(request, github):
    return request.param(github)


def remote(host, repo):
    return RemoteRepository(str(repo.id), host.full_name(repo), str(repo.owner), repo.default_branch, repo.private)


@pytest.mark.parametrize(
    "address, api",
    [
        ("https://github.com", "https://api.github.com"),
        ("https://course.ghe.com", "https://api.course.ghe.com"),
        ("https://git.example.org", "https://git.example.org/api/v3"),
    ],
)
def test_interface_belongs_to_the_address(address, api):
    assert api_of(address) == api


@pytest.mark.quick
def test_repositories_are_listed_once_for_each_version_of_the_list(github, client):
    for number in range(230):
        github.add(f"single-neuron-{number}")
    entries, version = client.repositories("deep-course", "")
    assert len(entries) == 230 and {entry.owner for entry in entries} == {str(ORGANISATION)}
    assert client.repositories("deep-course", version) == (None, version)
    github.push(github.repos[entries[0].number and int(entries[0].number)], FILES)
    newest, _version = client.repositories("deep-course", version)
    assert newest[0].number == entries[0].number


def test_organisation_is_found_after_it_was_renamed(github, client):
    assert client.organisation() == HostAccount(str(ORGANISATION), "deep-course")
    github.organisations[ORGANISATION] = "deep-course-2027"
    assert client.organisation() == HostAccount(str(ORGANISATION), "deep-course-2027")
    github.add("single-neuron-ada")
    assert [entry.name for entry in client.repositories("deep-course-2027", "")[0]] == [
        "deep-course-2027/single-neuron-ada"
    ]


def test_organisation_of_somebody_else_with_the_old_name_is_not_taken(github):
    github.organisations = {ORGANISATION: "deep-course-2027", 1: "deep-course"}
    assert with_token(github).organisation().name == "deep-course-2027"


def test_renamed_repository_is_followed_on_the_same_server(github, client):
    repo = github.add("single-neuron-ada")
    earlier = remote(github, repo)
    repo.name = "my-work"
    github.renamed["deep-course/single-neuron-ada"] = repo.id
    assert client.repository(earlier).name == "deep-course/my-work"


def test_another_repository_with_the_old_name_is_not_taken(github, client):
    earlier = remote(github, github.add("single-neuron-ada"))
    github.repos.clear()
    github.add("single-neuron-ada")
    with pytest.raises(NotThere):
        client.repository(earlier)


def test_files_of_a_commit_come_from_the_server_of_downloads_without_the_token(github, client):
    repo = github.add("single-neuron-ada")
    sha = github.push(repo, FILES)
    assert b"week1/answer.py" in client.archive(remote(github, repo), sha)


def test_download_from_an_unknown_server_is_refused(github, client):
    repo = github.add("single-neuron-ada")
    sha = github.push(repo, FILES)
    github.downloads = "http://169.254.169.254"
    with pytest.raises(HostProblem, match="another server"):
        client.archive(remote(github, repo), sha)


def test_time_of_a_push_is_that_of_the_host(github, client):
    repo = github.add("single-neuron-ada")
    first = github.push(repo, FILES, EARLY)
    second = github.push(repo, {"answer.py": b"1"}, EARLY + timedelta(minutes=5), actor="Bot")
    assert client.push_time(remote(github, repo), "main", first).moment == EARLY
    assert client.push_time(remote(github, repo), "main", second).is_bot
    # A host without the list of activities: the newest push is never before the one that is meant.
    assert client.push_time(remote(github, repo), "main", "f" * 40).moment == EARLY + timedelta(minutes=5)


def test_newest_commit_of_a_branch(github, client):
    repo = github.add("single-neuron-ada")
    assert client.head(remote(github, repo), "main") is None
    sha = github.push(repo, FILES)
    assert client.head(remote(github, repo), "main") == sha


def test_only_collaborators_who_may_push_are_writers(github, client):
    repo = github.add("single-neuron-ada", writers={11: "ada-codes"}, readers={12: "eve"})
    assert client.writers(remote(github, repo)) == [HostAccount("11", "ada-codes")]


def test_account_is_found_by_its_present_name(github, client):
    github.users = {11: "ada-codes"}
    assert client.account("Ada-Codes") == HostAccount("11", "ada-codes")
    assert client.account("nobody") is None


def answer(count=0, outcome=AnswerOutcome.FAILED, **values):
    remarks = [Remark("week1/answer.py", n + 1, "update", "It is wrong.") for n in range(count)]
    return PushAnswer(
        "grader / single-neuron", outcome, "60 of 100 points", "https://g.example/s/1", "text", remarks, **values
    )


def test_app_shows_a_check_run_that_ends_with_all_findings(github):
    repo = github.add("single-neuron-ada")
    sha = github.push(repo, FILES)
    client, place = with_app(github), remote(github, repo)
    number = client.answer(place, sha, answer(outcome=AnswerOutcome.WAITING), "")
    assert github.runs[int(number)]["status"] == "in_progress"
    assert client.answer(place, sha, answer(outcome=AnswerOutcome.WAITING), number) == number
    assert client.answer(place, sha, answer(120), number) == ""
    [run] = github.runs.values()
    assert (run["status"], run["conclusion"], len(run["annotations"])) == ("completed", "failure", 120)
    assert run["output"]["title"] == "60 of 100 points"


def test_deleted_check_run_is_made_anew(github):
    repo = github.add("single-neuron-ada")
    sha = github.push(repo, FILES)
    with_app(github).answer(remote(github, repo), sha, answer(outcome=AnswerOutcome.NEUTRAL), "123456")
    [run] = github.runs.values()
    assert run["conclusion"] == "neutral"


def test_token_shows_a_commit_status(github):
    repo = github.add("single-neuron-ada")
    sha = github.push(repo, FILES)
    for outcome in (AnswerOutcome.WAITING, AnswerOutcome.FAILED, AnswerOutcome.PASSED, AnswerOutcome.NEUTRAL):
        with_token(github).answer(remote(github, repo), sha, answer(60, outcome), "")
    assert [each["state"] for each in github.statuses] == ["pending", "failure", "success", "pending"]
    assert github.statuses[0]["target_url"] == "https://g.example/s/1" and not github.runs


def test_long_summary_is_cut_at_a_line():
    text = cut("ä" * 10 + "\n" + "x" * 50, 40)
    assert text == "ä" * 10 + "\n\n..." and len(text.encode()) <= 40


@pytest.mark.parametrize(
    "reply, problem, words",
    [
        (Reply(401, {"message": "Bad credentials"}), NotPermitted, "expired or were revoked"),
        (Reply(403, {"message": "Resource not accessible"}), NotPermitted, "does not permit"),
        (Reply(429, {}, {"Retry-After": "7"}), HostBusy, "fewer requests"),
        (Reply(403, {}, {"Retry-After": "7"}), HostBusy, "fewer requests"),
        (Reply(403, {}, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9999999999"}), HostBusy, "fewer requests"),
        (Reply(502, b"<html>"), HostBusy, "status 502"),
        (Reply(200, b"<html>"), HostProblem, "not the documented one"),
        (Reply(200, []), HostProblem, "not the documented one"),
        (Reply(301, None, {"Location": "http://169.254.169.254/"}), HostProblem, "another server"),
    ],
)
def test_failures_have_a_sentence_without_the_token(github, reply, problem, words):
    github.trouble.append(reply)
    with pytest.raises(problem, match=words) as caught:
        with_token(github).organisation()
    assert TOKEN not in str(caught.value)


def test_nothing_is_asked_before_the_host_allows_it(github):
    client = with_token(github)
    github.trouble.append(Reply(429, {}, {"Retry-After": "600"}))
    for _ in range(3):
        with pytest.raises(HostBusy) as caught:
            client.organisation()
        assert 590 < caught.value.seconds <= 600
    assert len(github.requests) == 1


def test_app_without_an_installation_is_told_so(github):
    github.organisations[ORGANISATION] = "renamed"
    with pytest.raises(NotPermitted, match="not installed"):
        with_app(github, "").organisation()


def test_host_that_cannot_be_reached_is_tried_later():
    with pytest.raises(HostBusy, match="cannot be reached"):
        GitHub("http://127.0.0.1:1", "deep-course", "1", TOKEN).organisation()
