"""Signing in and out, a new account, and the link for the first administrator."""

from __future__ import annotations

import pytest

from grader.service import accounts, passwords, users
from grader.service.tables import Course, User
from grader.web import requests

PASSWORD = "correct horse"


@pytest.fixture
def ada(service):
    with service.database.writing() as session:
        user = users.find(session, "ada")
        user.password, user.language = passwords.hash_of(PASSWORD), "de"
    return user


def sign_in(client, **fields):
    return client.post("/login", data={"name": "ada", "password": PASSWORD} | fields)


@pytest.mark.quick
def test_password_signs_in(browser, ada):
    client = browser()
    answer = sign_in(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith("grader_login"))
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert '<html lang="de">' in client.get("/").text  # the user's language
    assert client.get("/login?next=/me").headers["location"] == "/me"


def test_wrong_password_shows_the_form_again_with_the_name(browser, ada):
    answer = sign_in(browser(), password="wrong", name='<b>"ada"', next="/me")
    assert answer.status_code == 401
    assert "The login name or the password is wrong." in answer.text
    assert 'value="&lt;b&gt;&#34;ada&#34;"' in answer.text
    assert 'name="next" value="/me"' in answer.text
    assert "wrong" not in answer.text.replace("password is wrong", "")


def test_too_many_attempts_say_when_to_try_again(browser, ada):
    client = browser()
    answers = [sign_in(client, password="wrong") for _ in range(11)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0


def test_sign_in_makes_a_new_cookie_and_ends_the_old_one(browser, ada):
    """Somebody who knows or sets a cookie before the sign-in has nothing afterwards."""
    client = browser("ben")
    old = client.cookies[requests.COOKIE]
    sign_in(client)
    assert client.cookies[requests.COOKIE] != old
    thief = browser()
    for cookie in (old, "chosen-by-an-attacker"):
        thief.cookies.set(requests.COOKIE, cookie)
        assert thief.get("/").status_code == 303


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil",
        "javascript:alert(1)",
        "/\t/evil",
        "evil",
        "///x",
    ],
)
def test_sign_in_leads_to_no_other_site(browser, ada, address):
    assert sign_in(browser(), next=address).headers["location"] == "/"
    assert browser("ada").get("/login", params={"next": address}).headers["location"] == "/"


def test_sign_out_makes_the_cookie_invalid(browser):
    client = browser("ada")
    cookie = client.cookies[requests.COOKIE]
    assert client.post("/logout").headers["location"] == "/login?out=1"
    client.cookies.set(requests.COOKIE, cookie)
    assert client.get("/").status_code == 303


def test_link_for_the_first_administrator_works_once(browser, service):
    with service.database.writing() as session:
        root = session.query(User).filter_by(name="root").one()
        secret = accounts.new_link(session, "admin", user=root)
    client = browser()
    assert client.get(f"/start/{secret}").headers["location"] == "/me"
    assert "You have no password yet" in client.get("/me").text
    assert browser().get(f"/start/{secret}").status_code == 404


def test_new_account_joins_an_open_course(browser):
    client = browser()
    fields = {"name": "Zoë", "full_name": "Zoë 王", "password": PASSWORD}
    assert client.post("/register", data=fields).headers["location"] == "/join"
    assert "Demo" in client.get("/join").text
    token = client.get("/join").text.split('name="csrf" value="')[1].split('"')[0]
    assert client.post("/join", data={"course": "demo", "csrf": token}).headers["location"] == "/c/demo"
    assert "Demo" in client.get("/").text


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"name": "ada", "password": PASSWORD}, 409, "exists already"),
        ({"name": "zoe", "password": "short"}, 422, "at least 10 characters"),
        ({"name": "../x", "password": PASSWORD}, 422, "is not possible"),
        ({"name": "", "password": PASSWORD}, 422, "login name is missing"),
        ({"name": "zoe", "password": PASSWORD, "full_name": "x" * 201}, 422, "at most 200 characters"),
        ({}, 422, "login name is missing"),
    ],
)
def test_refused_account_shows_the_form_again(browser, fields, status, sentence):
    answer = browser().post("/register", data=fields)
    assert answer.status_code == status
    assert sentence in answer.text
    assert PASSWORD not in answer.text


def test_accounts_are_made_only_for_an_open_course(browser, service):
    with service.database.writing() as session:
        session.query(Course).one().registration = "closed"
    assert browser().get("/register").status_code == 404
    assert browser().post("/register", data={"name": "zoe", "password": PASSWORD}).status_code == 404
    assert browser().get("/register?next=/join/guess").status_code == 404
    assert 'href="/register"' not in browser().get("/login").text
