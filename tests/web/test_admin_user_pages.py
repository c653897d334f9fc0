"""Administrators make, change, disable and erase users."""

from __future__ import annotations

import re

import pytest

from grader.service import accounts
from grader.service.tables import Audit, User
from tests.web.test_admin_pages import post


def user(service, name):
    with service.database.reading() as session:
        return session.query(User).filter_by(name=name).one()


@pytest.mark.parametrize("name", ["grace", "李小龍", "محمد علي", 'a, "b"'])
def test_new_user_gets_a_link_for_a_password(browser, service, name):
    root = browser("root")
    answer = post(root, "/admin/users", name=name, full_name="Grace", email="grace@example.org")
    link = re.search(r'value="http://127\.0\.0\.1:8000(/invite/[^"]+)"', answer.text)[1]
    assert browser().get(link).status_code == 200
    assert user(service, name).email == "grace@example.org"
    again = post(root, "/admin/users", name=name)
    assert (again.status_code, "exists already" in again.text) == (409, True)
    listing = root.get("/admin/users", params={"q": "grace"}).text
    assert "cannot sign in yet" in listing and "Iris" not in listing


@pytest.mark.parametrize("name", ["", " ", "*", "a/b", "x" * 101])
def test_name_that_is_not_possible_is_refused(browser, name):
    answer = post(browser("root"), "/admin/users", name=name, full_name="Grace")
    assert answer.status_code == 422 and 'value="Grace"' in answer.text


def test_disabled_user_is_signed_out_until_enabled(browser, service):
    root, ada = browser("root"), browser("ada")
    address = f"/admin/users/{user(service, 'ada').id}"
    assert post(root, f"{address}/disable", disabled="1").status_code == 303
    assert ada.get("/").status_code == 303
    assert "disabled" in root.get(address).text
    assert post(root, f"{address}/disable", disabled="0").status_code == 303
    assert browser("ada").get("/").status_code == 200


def test_sign_ins_and_tokens_are_ended(browser, api, service):
    ada, program = browser("ada"), api("ada")
    assert post(browser("root"), f"/admin/users/{user(service, 'ada').id}/sign-out").status_code == 303
    assert ada.get("/").status_code == 303
    assert program.get("/api/v1/courses").status_code == 401


def test_there_is_always_an_administrator(browser, service):
    root, me = browser("root"), user(service, "root").id
    for path, fields in (("role", {"admin": "0"}), ("disable", {"disabled": "1"}), ("erase", {"name": "root"})):
        answer = post(root, f"/admin/users/{me}/{path}", **fields)
        assert (answer.status_code, "only administrator" in answer.text) == (409, True), path
    assert post(root, f"/admin/users/{user(service, 'iris').id}/role", admin="1").status_code == 303
    assert post(root, f"/admin/users/{me}/role", admin="0").status_code == 303
    assert root.get("/admin").status_code == 404
    assert browser("iris").get("/admin").status_code == 200


def test_user_is_erased_only_after_the_name_was_typed(browser, service):
    root, erased = browser("root"), user(service, "ada").id
    assert post(root, f"/admin/users/{erased}/erase", name="ben").status_code == 409
    assert user(service, "ada").erased is None
    assert post(root, f"/admin/users/{erased}/erase", name="ada").status_code == 303
    assert root.get(f"/admin/users/{erased}").status_code == 404
    assert "erased" not in root.get("/admin/users").text
    with service.database.reading() as session:
        assert session.query(Audit).filter_by(what="erase", about=f"erased-{erased}").count() == 1


def test_link_for_a_password_is_written_down(browser, service):
    with service.database.writing() as session:
        session.query(User).filter_by(name="ada").one().password = "a hash"
    answer = post(browser("root"), f"/admin/users/{user(service, 'ada').id}/link")
    secret = re.search(r'value="http://127\.0\.0\.1:8000/reset/([^"]+)"', answer.text)[1]
    with service.database.reading() as session:
        assert accounts.find_link(session, secret, "reset") is not None
        assert session.query(Audit).filter_by(who="root", what="link", about="ada").count() == 1


@pytest.mark.parametrize("path", ["", "/link", "/role", "/disable", "/sign-out", "/erase"])
def test_nobody_else_reaches_a_user(browser, service, path):
    address = f"/admin/users/{user(service, 'ben').id}{path}"
    for name in ("ada", "iris"):
        client = browser(name)
        answer = post(client, address, name="ben") if path else client.get(address)
        assert answer.status_code == 404
    assert user(service, "ben").erased is None
