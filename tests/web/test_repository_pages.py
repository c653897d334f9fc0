"""Instructors connect an exercise with the repositories that an administrator allows, and say whose they are."""

from __future__ import annotations

import re

import pytest

from grader.service.moments import now
from grader.service.repository_tables import ClassRepository, RepositorySource, RepositoryStudent, RosterAccount
from grader.service.tables import Submission, User
from tests.repositories.conftest import github, gitlab  # noqa: F401
from tests.service import classroom
from tests.service.classroom import ANSWER, rows, work

PAGE = "/c/demo/a/single-neuron/repositories"
FIELDS = {"place": "github/deep-course", "beginning": "single-neuron-", "branch": "", "pattern": "", "kind": "check"}


@pytest.fixture
def configured(service, github, tmp_path):  # noqa: F811
    classroom.configure(service, github, "github", tmp_path)
    return github


@pytest.fixture
def source(service, configured, caller):
    return classroom.connect(service, caller)


def test_secret_is_shown_once_and_can_be_renewed(service, configured, form, browser):
    answer = form("iris", PAGE, **FIELDS, shows_report="1")
    [row] = rows(service, RepositorySource)
    page = f"{PAGE}/{row.id}"
    assert answer.status_code == 200 and row.secret in answer.text
    assert f"{classroom.ADDRESS}/hooks/github/{row.id}" in answer.text and "application/json" in answer.text
    assert row.secret not in browser("iris").get(page).text
    answer = form("iris", page, f"{page}/secret")
    [renewed] = rows(service, RepositorySource)
    assert renewed.secret != row.secret and renewed.secret in answer.text and row.secret not in answer.text


def test_credentials_of_the_server_are_not_used_for_other_organisations(service, configured, form):
    for place in ("github/other-course", "github/", "elsewhere/deep-course", "github/../other-course", ""):
        answer = form("iris", PAGE, **(FIELDS | {"place": place}))
        assert answer.status_code == 409 and "administrator" in answer.text, place
    assert configured.requests == [] and rows(service, RepositorySource) == []


@pytest.mark.long
def test_course_that_is_not_named_may_use_nothing(service, github, form, browser, caller, tmp_path):  # noqa: F811
    classroom.configure(service, github, "github", tmp_path, courses=["other"])
    assert "may not use any organisation" in browser("iris").get(PAGE).text
    assert form("iris", PAGE, "/c/demo/a/single-neuron/repositories", **FIELDS).status_code == 409
    assert github.requests == []


def test_permission_that_is_taken_back_ends_all_requests(service, source, github, form, tmp_path):  # noqa: F811
    github.push(github.add("single-neuron-ada"), ANSWER)
    before = len(github.requests)
    classroom.configure(service, github, "github", tmp_path, courses=["other"])
    work(service)
    page = f"{PAGE}/{source.id}"
    answer = form("iris", page, f"{page}/roster", files={"file": ("r.csv", b"identifier,github_username\nada,x\n")})
    assert answer.status_code == 409 and len(github.requests) == before
    assert "does not let this course use deep-course" in rows(service, RepositorySource)[0].problem


@pytest.mark.long
def test_organisation_without_access_is_told_so(service, configured, form):
    configured.organisations.clear()
    answer = form("iris", PAGE, **FIELDS)
    assert answer.status_code == 409 and "no access" in answer.text


def test_wrong_settings_are_refused_and_kept_in_the_form(service, configured, form):
    wrong = (
        ("beginning", ""),
        ("beginning", "../x"),
        ("branch", "a b"),
        ("pattern", "../x"),
        ("pattern", "/etc"),
        ("kind", "x"),
    )
    for name, value in wrong:
        answer = form("iris", PAGE, **(FIELDS | {"pattern": "week1/*.ipynb", name: value}))
        assert answer.status_code == 422 and (name == "pattern" or "week1/*.ipynb" in answer.text), name
    assert rows(service, RepositorySource) == []


@pytest.mark.long
def test_settings_change_and_connection_is_removed(service, source, form, browser):
    page = f"{PAGE}/{source.id}"
    form("iris", page, **(FIELDS | {"beginning": "sn-", "kind": "attempt"}))
    [row] = rows(service, RepositorySource)
    assert (row.beginning, row.kind, row.shows_report) == ("sn-", "attempt", False)
    assert "deep-course/sn-" in browser("iris").get(PAGE).text
    form("iris", page, f"{page}/remove")
    assert rows(service, RepositorySource) == []


@pytest.mark.long
def test_default_keeps_attempts_that_are_limited(service, configured, browser, change):
    def checked():
        return re.search(r'name="kind" value="(\w+)" checked', browser("iris").get(PAGE).text)[1]

    assert checked() == "attempt"
    change(attempts=3)
    assert checked() == "check"


ROSTER = (
    b'identifier,github_username,github_id,name\r\n"ada","ada-codes","11",""\r\n"BEN","ben-codes","",""\r\n'
    b'"nobody","x","5",""\r\n"tom","tom-codes","6",""\r\n"ada","gone","",""\r\n"ben","","",""\r\n'
)


def test_roster_gives_repositories_their_students(service, source, configured, form):
    configured.users = {12: "ben-codes"}
    for name, number in (("ada", 11), ("ben", 12)):
        configured.push(configured.add(f"single-neuron-{name}", writers={number: f"{name}-codes"}), ANSWER)
    work(service)
    assert rows(service, Submission) == []
    page = f"{PAGE}/{source.id}"
    answer = form("iris", page, f"{page}/roster", files={"file": ("classroom_roster.csv", ROSTER)})
    assert "2 accounts belong to students" in answer.text
    for words in (
        "nobody: no student",
        "tom: no student",
        "ada: there is no account gone",
        "ben: the account is missing",
    ):
        assert words in answer.text
    work(service)
    assert len(rows(service, Submission)) == 2
    assert {(row.account, row.name) for row in rows(service, RosterAccount)} == {
        ("11", "ada-codes"),
        ("12", "ben-codes"),
    }


def test_roster_with_other_columns_changes_nothing(service, source, form):
    page = f"{PAGE}/{source.id}"
    answer = form("iris", page, f"{page}/roster", files={"file": ("people.csv", b"login,name\nada,Ada\n")})
    assert answer.status_code == 422 and "github_username" in answer.text and rows(service, RosterAccount) == []


def test_students_are_chosen_and_suggestions_confirmed(service, source, configured, form, browser):
    for name in ("ada", "ben"):
        classroom.know(service, name, {"ada": 11, "ben": 12}[name])
        configured.push(configured.add(f"single-neuron-{name}-codes", writers={66: "other"}), ANSWER)
    configured.add("single-neuron-zoe")
    work(service)
    page = f"{PAGE}/{source.id}"
    text = browser("iris").get(page).text
    assert "perhaps ada-codes" in text and "nothing handed in" in text
    form("iris", page, f"{page}/students", all="1")
    work(service)
    assert len(rows(service, Submission)) == 2
    zoe = next(row for row in rows(service, ClassRepository) if row.name.endswith("zoe"))
    ids = [user.id for user in rows(service, User) if user.name in ("ada", "ben")]
    form("iris", page, f"{page}/students", repository=zoe.id, students=ids)
    assert {row.user_id for row in rows(service, RepositoryStudent) if row.repository_id == zoe.id} == {*ids}
    text = browser("iris").get(page).text
    assert "More than one repository is graded for:" in text and "perhaps" not in text
    assert form("iris", page, f"{page}/students", repository=zoe.id, students=["nobody"]).status_code == 404
    assert form("iris", page, f"{page}/students", repository="x").status_code == 422


def test_buttons_ask_for_a_look_and_for_attempts(service, source, form):
    with service.database.writing() as session:
        row = session.merge(source)
        row.next_poll = now().replace(year=2100)
    page = f"{PAGE}/{source.id}"
    form("iris", page, f"{page}/look", grade="1")
    [row] = rows(service, RepositorySource)
    assert row.is_demand and row.next_poll <= now()


@pytest.mark.long
def test_page_of_gitlab_and_of_the_app(service, gitlab, github, caller, browser, form, tmp_path):  # noqa: F811
    classroom.configure(service, gitlab, "gitlab", tmp_path)
    source = classroom.connect(service, caller, host="gitlab")
    text = browser("iris").get(f"{PAGE}/{source.id}").text
    assert f"/hooks/gitlab/{source.id}" in text and "Push events and project events" in text
    (tmp_path / "hook").write_text("secret of the app")
    classroom.configure(service, github, "github", tmp_path, True, webhook_secret={"file": str(tmp_path / "hook")})
    source = classroom.connect(service, caller)
    assert "has its own webhook" in browser("iris").get(f"{PAGE}/{source.id}").text
    assert "copy it" not in form("iris", PAGE, **FIELDS, shows_report="1").text
