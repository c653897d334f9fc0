"""The newest commits of a class become graded attempts with one command, which lists every repository."""

from __future__ import annotations

from datetime import timedelta

import pytest

from grader.service.moments import now
from grader.service.repository_grading import grade_newest
from grader.service.tables import Kind, Submission
from grader.support.errors import UsageError
from tests.repositories.conftest import github  # noqa: F401
from tests.service import classroom
from tests.service.classroom import ANSWER, rows, work


@pytest.fixture
def source(service, github, caller, tmp_path, change):  # noqa: F811
    change(attempts=2)
    classroom.configure(service, github, "github", tmp_path)
    classroom.know(service, "ada", 11)
    return classroom.connect(service, caller, Kind.CHECK)


def kinds(service):
    return sorted(row.kind for row in rows(service, Submission))


def test_each_repository_has_a_line_and_commits_are_graded_once(service, source, github):  # noqa: F811
    ada = github.add("single-neuron-ada", writers={11: "ada-codes"})
    github.add("single-neuron-ben", writers={12: "ben-codes"})
    nobody = github.add("single-neuron-zoe", writers={13: "zoe"})
    moment = now().replace(microsecond=0) - timedelta(hours=1)
    sha = github.push(ada, ANSWER, moment)
    github.push(nobody, ANSWER)
    work(service)
    classroom.grade(service)
    work(service)
    assert kinds(service) == ["check"]
    lines = [*grade_newest(service, "demo", "single-neuron")]
    assert lines[0] == f"deep-course/single-neuron-ada ada {sha[:10]} handed in"
    assert lines[1] == "deep-course/single-neuron-ben - nothing handed in"
    assert "no student" in lines[2]
    assert kinds(service) == ["attempt", "check"] and {row.received for row in rows(service, Submission)} == {moment}
    classroom.grade(service)
    work(service)
    first, *_others = grade_newest(service, "demo", "single-neuron")
    assert first.endswith("graded before")
    assert kinds(service) == ["attempt", "check"]


def test_button_does_the_same(service, source, github):  # noqa: F811
    github.push(github.add("single-neuron-ada", writers={11: "ada-codes"}), ANSWER)
    work(service)
    with service.database.writing() as session:
        row = session.merge(source)
        row.is_demand, row.next_poll = True, now()
    work(service)
    assert kinds(service) == ["attempt", "check"]
    with service.database.reading() as session:
        assert not session.get(type(source), source.id).is_demand


def test_attempts_that_are_spent_are_not_exceeded(service, source, github, change):  # noqa: F811
    change(attempts=0)
    github.push(github.add("single-neuron-ada", writers={11: "ada-codes"}), ANSWER)
    [line] = grade_newest(service, "demo", "single-neuron")
    assert "not handed in: You have no graded attempts left" in line and kinds(service) == []


def test_unknown_exercises_are_refused(service):
    with pytest.raises(UsageError, match="no exercise"):
        [*grade_newest(service, "demo", "nothing")]
    with pytest.raises(UsageError, match="not connected"):
        [*grade_newest(service, "demo", "single-neuron")]
