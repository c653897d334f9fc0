"""People sign in to the pages with a JupyterHub, with the roles of their groups; everything forged is refused."""

from __future__ import annotations

import logging

import httpx
import pytest
from sqlalchemy import select

from grader.service import accounts, first_admin, identities, members, users
from grader.service.outside_tables import Identity
from grader.service.tables import Membership, Role, User
from grader.web import requests

from .hub import HOST, ROOT, app, browser, hub  # noqa: F401


def role_of(service, name):
    with service.database.reading() as session:
        statement = select(Membership.role).join(User, User.id == Membership.user_id).where(User.name == name)
        return session.scalar(statement)


def users_of(service, subject):
    with service.database.reading() as session:
        return [row.user.name for row in session.scalars(select(Identity).where(Identity.subject == subject))]


@pytest.mark.quick
def test_click_in_the_hub_leads_to_the_page_without_a_question(browser, service):  # noqa: F811
    grace = browser("grace")
    grace.hub.people["grace"] = ["everybody"]
    first = grace.open("/c/demo")
    assert first.status_code == 200
    assert "grace" in first.text
    assert role_of(service, "grace") == Role.STUDENT
    assert grace.get("/c/demo").status_code == 200


def test_cookies_are_for_https_and_for_this_path(browser):  # noqa: F811
    ada = browser("ada")
    answer = ada.come_back(ada.begin())
    cookies = answer.headers.get_list("set-cookie")
    assert any(cookie.startswith(f"{requests.COOKIE}=") for cookie in cookies)
    for cookie in cookies:
        assert f"Path={ROOT}" in cookie and "Secure" in cookie and "HttpOnly" in cookie
    (login,) = [cookie for cookie in cookies if cookie.startswith(f"{requests.COOKIE}=")]
    assert f"Max-Age={12 * 3600}" in login


def test_account_is_never_found_by_its_name(browser, service):  # noqa: F811
    browser("ada").open()  # the server has an account "ada" already, with a membership
    (name,) = users_of(service, "ada")
    assert name == "ada-2"
    browser("ada").open()
    assert users_of(service, "ada") == ["ada-2"]


def test_names_of_the_hub_make_possible_login_names(browser, service):  # noqa: F811
    names = {"grace": "grace", "g@example.org": "g@example.org", "a/b": "a-b", "@x": "x"}
    names["GRACE"] = "GRACE-2"  # a name with another case is another person
    for subject, name in names.items():
        browser(subject).open()
        assert users_of(service, subject) == [name]
    assert users_of(service, "grace") == ["grace"]


def test_roles_follow_the_groups_of_the_hub(browser, hub, service):  # noqa: F811
    browser("prof").open()
    assert role_of(service, "prof") == Role.INSTRUCTOR
    hub.people["prof"] = []
    browser("prof").open()
    assert role_of(service, "prof") is None
    browser("boss").open()
    with service.database.reading() as session:
        assert not users.find(session, "boss").is_admin  # an administrator of the hub, which the settings do not name


FORGED = {
    "another state": {"state": "x" * 43},
    "no state": {"state": ""},
    "another code": {"code": "forged"},
    "no code": {"code": ""},
}


def test_forged_answer_signs_nobody_in(browser, service, caplog):  # noqa: F811
    for changes in FORGED.values():
        grace = browser("grace")
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            answer = grace.come_back(grace.begin("/c/demo"), **changes)
        assert answer.status_code == 401
        assert "begin again" in answer.text
        assert f'href="{ROOT}/login/hub?next=' in answer.text
        assert requests.COOKIE not in grace.client.cookies
        assert users_of(service, "grace") == []
        (record,) = [record for record in caplog.records if record.message.startswith("A sign-in")]
        assert record.fields["reason"]
        assert "forged" not in str(record.fields)


def test_answer_works_once_and_in_one_browser(browser, service):  # noqa: F811
    ada, mallory = browser("grace"), browser("mallory")
    address = mallory.begin()
    fields = mallory.hub.authorize(address, "mallory")
    query = f"/oauth_callback?code={fields['code']}&state={fields['state']}"
    ada.begin()  # so that the browser has a cookie
    assert ada.get(query).status_code == 401  # the answer of another browser: login CSRF
    assert mallory.get(query).status_code == 401  # it was used up
    assert users_of(service, "mallory") == []
    address = ada.begin()
    fields = ada.hub.authorize(address, "grace")
    query = f"/oauth_callback?code={fields['code']}&state={fields['state']}"
    assert ada.get(query).status_code == 303
    ada.client.cookies.delete(requests.COOKIE)
    assert ada.get(query).status_code == 401


def test_next_never_leads_to_another_site(browser):  # noqa: F811
    for target in (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/%09/evil.example",
    ):
        ada = browser("ada")
        answer = ada.come_back(ada.begin(f"/login?next={target}"))
        while "location" in answer.headers:
            assert answer.headers["location"].startswith(f"{ROOT}/")
            answer = ada.client.get(answer.headers["location"])
        assert answer.status_code in (200, 404)


def test_disabled_person_is_refused(browser, service):  # noqa: F811
    browser("grace").open()
    with service.database.writing() as session:
        members.disable(session, users.find(session, "grace"))
    answer = browser("grace").open()
    assert answer.status_code == 403
    assert "This account is disabled" in answer.text


def test_person_without_the_scope_reads_which_one_is_missing(browser, hub, caplog):  # noqa: F811
    hub.scopes = []
    answer = browser("grace").open()
    assert answer.status_code == 403
    assert "access:services!service=grader" in answer.text
    assert "lacks the scope" in str([record.fields for record in caplog.records if hasattr(record, "fields")])


def test_hub_that_is_away_is_a_sentence_and_the_password_still_works(browser, hub, service):  # noqa: F811
    ada = browser("ada")
    address = ada.begin()
    fields = hub.authorize(address, "ada")
    hub.answer = httpx.ConnectError("refused")
    answer = ada.get(f"/oauth_callback?code={fields['code']}&state={fields['state']}")
    assert answer.status_code == 503
    assert "JupyterHub does not answer as it should" in answer.text
    assert 'name="password"' in answer.text


def test_signing_out_stays_signed_out(browser):  # noqa: F811
    ada = browser("grace")
    token = ada.open().text.split('name="csrf" value="')[1].split('"')[0]
    answer = ada.client.post(f"{ROOT}/logout", data={"csrf": token}, headers={"Origin": HOST})
    page = ada.client.get(answer.headers["location"])
    assert page.status_code == 200  # not the hub, which would sign in again
    assert "You are signed out. You may still be signed in with JupyterHub" in page.text
    assert ada.get("/me").status_code == 303


def test_password_and_first_administrator_work_next_to_the_hub(browser, service):  # noqa: F811
    somebody = browser("")
    assert 'name="password"' in somebody.get("/login?password=1").text
    with service.database.writing() as session:
        session.delete(users.find(session, "root"))
    secret = first_admin.new_link(service.database)
    answer = somebody.get(f"/start/{secret}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{ROOT}/me")
    assert somebody.get("/admin").status_code == 200


def test_account_with_a_password_can_add_the_login_of_the_hub(browser, service):  # noqa: F811
    ada = browser("grace")
    with service.database.writing() as session:
        user = users.find(session, "ada")
        cookie = accounts.sign_in(session, user)
    ada.client.cookies.set(requests.COOKIE, cookie, domain="hub.example.org", path=ROOT)
    page = ada.come_back(ada.begin("/login/hub?add=1"))
    assert page.status_code == 200
    with service.database.reading() as session:
        assert identities.of_user(session, user.id) == []  # only after the confirmation


def test_other_logins_next_to_the_hub_are_a_choice(app, browser, service):  # noqa: F811
    assert browser("ada").get("/login").headers["location"] == f"{ROOT}/login/hub?next=%2F"
    app.state.ways._protocols["other"] = None
    app.state.ways.settings += (app.state.ways.settings[0].model_copy(update={"name": "other", "title": "Other"}),)
    page = browser("ada").get("/login")
    assert page.status_code == 200
    assert "Sign in with JupyterHub" in page.text
