"""Somebody who has an account here connects it with a course system on purpose, in one browser."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from grader.service import accounts, members, passwords, users
from grader.service.outside_tables import Identity
from grader.service.tables import Membership, Role, User
from grader.web import csrf, requests
from tests.lti import platform as lti
from tests.lti.platform import TEACHER, Platform
from tests.service import kept_results
from tests.web.lti import TOOL, browser, connected, send

NAMED = {"custom": {"exercise": kept_results.EXERCISE}}
PAGE = f"/c/demo/a/{kept_results.EXERCISE}"


@pytest.fixture(scope="module")
def platform():
    with Platform(TOOL) as running:
        yield running


@pytest.fixture
def ada(service, app, platform):
    """The browser of ada after the choice to connect a course system."""
    connected(service, platform)
    client = browser(app)
    with service.database.writing() as session:
        secret = accounts.sign_in(session, users.find(session, "ada"))
    client.cookies.set(requests.COOKIE, secret, domain="127.0.0.1")
    page = client.post("/me/course-system", headers={csrf.HEADER: csrf.token_for(secret)})
    assert page.status_code == 200 and "within 15 minutes" in page.text
    return client


def owner(service):
    with service.database.reading() as session:
        return session.scalar(select(Identity)).user.name


def test_launch_asks_and_connects_the_account(service, ada, platform):
    page = lti.launch(ada, platform, platform.message(**NAMED))
    assert "Shall Ada Lovelace" in page.text and "use the account ada" in page.text
    assert send(ada, page, "/lti/link", connect="1").headers["location"] == PAGE
    assert owner(service) == "ada"
    again = lti.launch(ada, platform, platform.message(**NAMED))
    assert again.headers["location"] == PAGE and owner(service) == "ada"


def test_next_person_at_the_computer_does_not_get_the_account(service, ada, platform):
    page = lti.launch(ada, platform, platform.message(person="next", name="Ben B.", **NAMED))
    ada.cookies.delete(requests.COOKIE)  # ada has signed out meanwhile
    assert send(ada, page, "/lti/link", connect="1").headers["location"] == PAGE
    assert owner(service) == "Ben B."


def test_account_with_a_password_needs_it(service, app, platform):
    connected(service, platform)
    client = browser(app)
    with service.database.writing() as session:
        ada = users.find(session, "ada")
        ada.password = passwords.hash_of("a long password of ada")
        secret = accounts.sign_in(session, ada)
    client.cookies.set(requests.COOKIE, secret, domain="127.0.0.1")
    headers = {csrf.HEADER: csrf.token_for(secret)}
    for password, sentence in (("", "password is wrong"), ("a long password of ada", "within 15 minutes")):
        page = client.post("/me/course-system", data={"password": password}, headers=headers)
        assert sentence in page.text


def test_answer_may_be_no(service, ada, platform):
    page = lti.launch(ada, platform, platform.message(**NAMED))
    assert send(ada, page, "/lti/link", connect="0").headers["location"] == PAGE
    assert owner(service) == "Ada Lovelace"


def test_account_without_work_is_joined_with_its_roles(service, app, ada, platform):
    lti.launch(browser(app), platform, platform.message(roles=[TEACHER], **NAMED))
    with service.database.writing() as session:
        session.delete(session.query(Membership).filter_by(user_id=users.find(session, "ada").id).one())
    page = lti.launch(ada, platform, platform.message(roles=[TEACHER], **NAMED))
    send(ada, page, "/lti/link", connect="1")
    with service.database.reading() as session:
        ada_id = users.find(session, "ada").id
        assert session.query(Membership).filter_by(user_id=ada_id).one().role == Role.INSTRUCTOR
        assert session.scalar(select(User).where(User.full_name == "Ada Lovelace")) is None
    assert owner(service) == "ada"


def test_account_with_work_is_not_touched(service, app, ada, platform):
    lti.launch(browser(app), platform, platform.message(**NAMED))
    with service.database.writing() as session:
        session.scalar(select(Identity)).user.name = "al"
    kept_results.hand_in(service, "al", 0.5)
    page = lti.launch(ada, platform, platform.message(**NAMED))
    answer = send(ada, page, "/lti/link", connect="1")
    assert answer.status_code == 409 and "account with work" in answer.text and owner(service) == "al"


def test_disabled_account_of_the_sender_stays_disabled(service, app, ada, platform):
    lti.launch(browser(app), platform, platform.message(**NAMED))
    with service.database.writing() as session:
        members.disable(session, users.find(session, "Ada Lovelace"))
    page = lti.launch(ada, platform, platform.message(**NAMED))
    answer = send(ada, page, "/lti/link", connect="1")
    assert answer.status_code == 403 and "is disabled" in answer.text and owner(service) == "Ada Lovelace"


def test_another_browser_is_not_asked(service, app, ada, platform):
    assert lti.launch(browser(app), platform, platform.message(**NAMED)).headers["location"] == PAGE
    assert owner(service) == "Ada Lovelace"


def test_page_of_the_account_offers_it_if_there_is_a_course_system(service, app, ada):
    assert "Connect a course system" in ada.get("/me").text
