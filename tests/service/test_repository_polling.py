"""The server looks for pushes sparingly, loses none after a failure, and says what is wrong with a connection."""

from __future__ import annotations

from datetime import timedelta

import pytest

from grader.repositories.model import HostBusy
from grader.service.moments import now
from grader.service.repository_polling import poll, poll_and_note
from grader.service.repository_tables import ClassRepository, RepositoryPush, RepositorySource
from tests.repositories.conftest import github, gitlab  # noqa: F401
from tests.repositories.hosts import ORGANISATION, OTHER, Reply
from tests.service import classroom
from tests.service.classroom import ANSWER, rows


@pytest.fixture
def source(service, github, caller, tmp_path):  # noqa: F811
    classroom.configure(service, github, "github", tmp_path)
    return classroom.connect(service, caller)


def test_second_look_asks_only_for_the_list_and_for_changed_repositories(service, source, github):  # noqa: F811
    repos = [github.add(f"single-neuron-{number}") for number in range(3)]
    for repo in (*repos, github.add("template"), github.add("single-neuron-x", OTHER)):
        github.push(repo, ANSWER, now() - timedelta(hours=2))
    poll_and_note(service, source.id)
    assert len(rows(service, RepositoryPush)) == len(rows(service, ClassRepository)) == 3
    github.requests.clear()
    poll_and_note(service, source.id)
    assert [request.partition("?")[0].rpartition("/")[2] for request in github.requests] == ["deep-course", "repos"]
    github.requests.clear()
    github.push(repos[1], ANSWER)
    poll_and_note(service, source.id)
    assert sum("/branches/" in request for request in github.requests) == 1 and len(rows(service, RepositoryPush)) == 4


def test_failure_in_the_middle_loses_nothing(service, source, github):  # noqa: F811
    for number in range(3):
        github.push(github.add(f"single-neuron-{number}"), ANSWER)
    answers = [Reply(502)]
    handle = github.handle

    def failing(method, path, *rest):
        if "single-neuron-1/branches" in path and answers:
            raise answers.pop()
        handle(method, path, *rest)

    github.handle = failing
    with pytest.raises(HostBusy):
        poll(service, source.id)
    poll(service, source.id)
    assert len(rows(service, RepositoryPush)) == 3


def test_wish_of_the_host_to_wait_is_respected(service, source, github):  # noqa: F811
    github.trouble.append(Reply(429, {}, {"Retry-After": "1800"}))
    poll_and_note(service, source.id)
    [row] = rows(service, RepositorySource)
    assert timedelta(minutes=29) < row.next_poll - now() <= timedelta(minutes=30)


def test_with_webhooks_it_looks_once_an_hour(service, source, github):  # noqa: F811
    poll_and_note(service, source.id)
    assert rows(service, RepositorySource)[0].next_poll - now() <= timedelta(minutes=10)
    with service.database.writing() as session:
        session.merge(source).heard = now()
    poll_and_note(service, source.id)
    assert rows(service, RepositorySource)[0].next_poll - now() > timedelta(minutes=50)


def test_renamed_organisation_goes_on_and_is_reported(service, source, github):  # noqa: F811
    github.organisations[ORGANISATION] = "deep-course-2027"
    github.push(github.add("single-neuron-ada"), ANSWER)
    poll_and_note(service, source.id)
    [row] = rows(service, RepositorySource)
    assert (row.account_name, row.is_renamed, row.problem) == ("deep-course-2027", True, "")
    assert len(rows(service, RepositoryPush)) == 1 and row.polled is not None


def test_expired_token_is_reported_until_a_new_one_works(service, source, github, tmp_path):  # noqa: F811
    github.token = "the new token"
    poll_and_note(service, source.id)
    first = rows(service, RepositorySource)[0]
    assert "expired or were revoked" in first.problem
    poll_and_note(service, source.id)
    assert rows(service, RepositorySource)[0].problem_since == first.problem_since
    classroom.configure(service, github, "github", tmp_path)
    poll_and_note(service, source.id)
    assert rows(service, RepositorySource)[0].problem == ""


def test_repository_that_is_missing_in_the_list_is_gone_and_can_come_back(service, source, github):  # noqa: F811
    repo = github.add("single-neuron-ada")
    poll_and_note(service, source.id)
    del github.repos[repo.id]
    poll_and_note(service, source.id)
    assert rows(service, ClassRepository)[0].removed is not None
    github.repos[repo.id] = repo
    poll_and_note(service, source.id)
    assert rows(service, ClassRepository)[0].removed is None


def test_gitlab_is_asked_for_each_project(service, gitlab, caller, tmp_path):  # noqa: F811
    classroom.configure(service, gitlab, "gitlab", tmp_path)
    source = classroom.connect(service, caller, host="gitlab")
    repo = gitlab.add("single-neuron-ada")
    for count in (0, 1, 2):
        if count:
            gitlab.push(repo, ANSWER)
        poll_and_note(service, source.id)
        assert len(rows(service, RepositoryPush)) == count
