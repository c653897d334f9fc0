"""A login name is one line of visible text, and nobody gets a name that looks like another one."""

from __future__ import annotations

import pytest

from grader.service import accounts, users
from grader.service.errors import Conflict, Unreadable


@pytest.mark.quick
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("  ada  ", "ada"),
        ("Jörg  Müller", "Jörg Müller"),
        ("Jo\u0308rg", "Jörg"),
        ("王小明", "王小明"),
        ("عمر", "عمر"),
        ('O\'Brien, "Pat"', 'O\'Brien, "Pat"'),
        ("a\tb\nc", "a b c"),
        ("ada\u202e\u200b", "ada"),
        ("a\u200cda", "ada"),
        ("x@example.org", "x@example.org"),
    ],
)
def test_login_name_is_normalised(text, name):
    assert users.login_name(text) == name


@pytest.mark.parametrize(
    "text", ["", "  ", "\u202e", "a/b", "..", ".hidden", "a\\b", "*", "=1+1", "-x", "+x", "@x", "(lti)", "x" * 101]
)
def test_impossible_login_name_is_refused(text):
    with pytest.raises(Unreadable):
        users.login_name(text)


def test_user_is_found_by_the_name_in_any_case(service):
    with service.database.reading() as session:
        assert users.find(session, " ADA").name == "ada"
        assert users.find(session, "nobody") is None
        assert users.find(session, "a/b") is None
        assert users.find(session, "") is None


def test_name_that_exists_is_refused(service):
    with service.database.writing() as session, pytest.raises(Conflict, match="'Ada' exists already"):
        users.new(session, "Ada")


def test_exact_name_wins(service):
    with service.database.writing() as session:
        session.add(users.User(name="ADA"))
    with service.database.reading() as session:
        assert users.find(session, "ADA").name == "ADA"
        assert users.find(session, "ada").name == "ada"
        assert users.find(session, "Ada") is None


def test_new_password_ends_all_sign_ins(service):
    with service.database.writing() as session:
        ada, ben = users.find(session, "ada"), users.find(session, "ben")
        cookies = [accounts.sign_in(session, user) for user in (ada, ada, ben)]
        users.set_password(session, ada, "hash")
    with service.database.reading() as session:
        assert [accounts.by_cookie(session, cookie) is not None for cookie in cookies] == [False, False, True]
