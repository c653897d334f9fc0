"""Invitations, links for a new password, and links of a course: opening one changes nothing, and it works once."""

from __future__ import annotations

import pytest

from grader.service import accounts, invitations, users
from grader.service.tables import Course, Membership

PASSWORD = "correct horse"


@pytest.fixture
def secret(service, caller):
    """A function that returns the secret of a new link for Ada."""

    def made(purpose):
        make = {"invite": invitations.invite, "reset": invitations.reset}[purpose]
        with service.database.writing() as session:
            return make(session, caller("iris"), users.find(session, "ada"))

    return made


@pytest.fixture
def course_link(service):
    with service.database.writing() as session:
        course = session.query(Course).one()
        course.registration = "link"
        return accounts.new_link(session, "join", course_id=course.id, uses=None)


@pytest.mark.quick
@pytest.mark.parametrize("purpose", ["invite", "reset"])
def test_password_is_set_once(browser, secret, purpose):
    address = f"/{purpose}/{secret(purpose)}"
    client = browser()
    for _ in range(2):  # a program that looks at links in mail does not use them up
        assert client.get(address).status_code == 200
    assert client.post(address, data={"password": PASSWORD}).headers["location"] == "/"
    assert client.get("/").status_code == 200
    for again in (browser().get(address), browser().post(address, data={"password": "another one!"})):
        assert again.status_code == 404
        assert "has been used or is too old" in again.text
    assert browser().post("/login", data={"name": "ada", "password": PASSWORD}).status_code == 303


def test_weak_password_does_not_use_up_the_link(browser, secret):
    address = f"/reset/{secret('reset')}"
    answer = browser().post(address, data={"password": "short"})
    assert answer.status_code == 422
    assert "at least 10 characters" in answer.text
    assert browser().post(address, data={"password": PASSWORD}).status_code == 303


def test_new_password_signs_out_everywhere(browser, secret):
    ada = browser("ada")
    browser().post(f"/reset/{secret('reset')}", data={"password": PASSWORD})
    assert ada.get("/").status_code == 303


def test_link_of_another_account_says_so(browser, secret):
    assert "You are signed in as Ben" in browser("ben").get(f"/reset/{secret('reset')}").text


@pytest.mark.parametrize(
    "path", ["/invite/x", "/reset/x", "/join/x", "/start/x", "/reset/%00", "/join/%2e%2e%2fc", "/reset/%ff"]
)
def test_guessed_link_is_refused(browser, path):
    assert browser().get(path).status_code == 404
    if not path.startswith("/start"):
        assert browser("ada").post(path, data={"password": PASSWORD}).status_code == 404


def test_visitor_registers_by_the_link_of_a_course(browser, course_link):
    client = browser()
    page = client.get(f"/join/{course_link}").text
    assert f"/register?next=/join/{course_link}" in page
    fields = {"name": "zoe", "password": PASSWORD, "next": f"/join/{course_link}"}
    assert client.post("/register", data=fields).headers["location"] == f"/join/{course_link}"
    token = client.get(f"/join/{course_link}").text.split('name="csrf" value="')[1].split('"')[0]
    assert client.post(f"/join/{course_link}", data={"csrf": token}).headers["location"] == "/c/demo"


def test_nobody_joins_without_an_account(browser, course_link):
    assert browser().post(f"/join/{course_link}").status_code == 401


def test_course_with_a_link_is_not_listed(browser, course_link, service):
    assert "Demo" not in browser("root").get("/join").text
    assert browser("root").post("/join", data={"course": "demo"}).status_code == 404
    with service.database.reading() as session:
        root = users.find(session, "root")
        assert session.query(Membership).filter_by(user_id=root.id).all() == []
