"""The own account: password, name, browsers and tokens. Nobody sees or changes those of another user."""

from __future__ import annotations

import re

import pytest

from grader.service import accounts, passwords, users
from grader.service.tables import Token

PASSWORD = "correct horse"


@pytest.fixture
def ada(service):
    with service.database.writing() as session:
        users.find(session, "ada").password = passwords.hash_of(PASSWORD)


@pytest.mark.quick
def test_password_changes_and_signs_out_others(browser, ada):
    client, other = browser("ada"), browser("ada")
    assert client.post("/me/password", data={"old": "wrong", "password": "another one!"}).status_code == 403
    assert other.get("/").status_code == 200
    assert client.post("/me/password", data={"old": PASSWORD, "password": "short"}).status_code == 422
    assert client.post("/me/password", data={"old": PASSWORD, "password": "another one!"}).status_code == 303
    assert client.get("/me").status_code == 200
    assert other.get("/").status_code == 303
    assert browser().post("/login", data={"name": "ada", "password": "another one!"}).status_code == 303


def test_guessing_the_old_password_is_limited(browser, ada):
    client = browser("ada")
    answers = [client.post("/me/password", data={"old": "wrong", "password": "another one!"}) for _ in range(11)]
    assert answers[-1].status_code == 429


def test_name_is_shown_as_text(browser):
    client = browser("ada")
    assert (
        client.post("/me/name", data={"full_name": "<script>x</script>\n\u202eA", "email": "a@b.example"}).status_code
        == 303
    )
    page = client.get("/me").text
    assert "&lt;script&gt;x&lt;/script&gt; A" in page
    assert "<script>x" not in page
    assert client.post("/me/name", data={"email": "no address"}).status_code == 422


def test_other_browsers_are_signed_out(browser):
    client, other, ben = browser("ada"), browser("ada"), browser("ben")
    client.post("/me/sign-out")
    assert [session.get("/").status_code for session in (client, other, ben)] == [200, 303, 200]


def test_token_is_shown_once_and_works_until_it_is_deleted(browser, service):
    client = browser("ada")
    page = client.post("/me/tokens", data={"label": "lap<top", "scopes": ["read"], "days": "30"})
    assert page.status_code == 201
    secret = re.search(r"grd_[\w-]{30,}", page.text).group()
    again = client.get("/me/tokens").text
    assert secret not in again
    assert "lap&lt;top" in again
    with service.database.reading() as session:
        assert accounts.by_token(session, secret).scopes == {"read"}
        token = session.query(Token).one()
    assert browser("ben").post(f"/me/tokens/{token.id}/delete").status_code == 404
    assert "grd_" not in browser("ben").get("/me/tokens").text
    client.post(f"/me/tokens/{token.id}/delete")
    with service.database.reading() as session:
        assert accounts.by_token(session, secret) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"scopes": [], "days": "30"},
        {"scopes": ["admin"], "days": "30"},
        {"scopes": ["manage"], "days": "30"},  # a student teaches nothing
        *(
            {"scopes": ["read"], "days": days}
            for days in ("0", "-1", "731", "x", "1e3", "٣", "9" * 5000, "0000000001" + "9" * 9)
        ),
        {"scopes": ["read"], "days": "30", "label": "x" * 201},
    ],
    ids=lambda fields: str(fields)[:60],
)
def test_token_with_impossible_values_is_refused(browser, fields):
    answer = browser("ada").post("/me/tokens", data=fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_instructor_may_make_a_token_for_classes(browser, service):
    assert browser("iris").post("/me/tokens", data={"scopes": ["class", "manage"], "days": ""}).status_code == 201
    with service.database.reading() as session:
        assert session.query(Token).one().expires is None


def test_number_of_tokens_is_limited(browser):
    client = browser("ada")
    answers = [client.post("/me/tokens", data={"scopes": ["read"]}).status_code for _ in range(51)]
    assert answers == [201] * 50 + [409]


def test_page_of_tokens_says_when_a_token_was_used(browser, api):
    client = api("ada", ("read",))
    page = browser("ada").get("/me/tokens").text
    assert "Last used" in page and "<td>never</td>" in page
    assert client.get("/api/v1/courses").status_code == 200
    page = browser("ada").get("/me/tokens").text
    assert "less than a minute ago" in page


def test_change_is_confirmed(browser):
    client = browser("ada")
    answer = client.post("/me/name", data={"full_name": "Ada Lovelace", "email": "ada@example.org"})
    assert answer.headers["location"] == "/me?saved=1"
    assert "Your changes are saved." in client.get("/me?saved=1").text
    assert "Your changes are saved." not in client.get("/me").text
