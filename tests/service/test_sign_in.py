"""A password signs in; every failure has the same sentence and takes the time of a hash."""

from __future__ import annotations

import pytest

from grader.service import accounts, passwords, sign_in, users
from grader.service.errors import NotSignedIn, TooMany
from grader.service.moments import now

PASSWORD = "correct horse"


@pytest.fixture
def ada(service):
    with service.database.writing() as session:
        user = users.find(session, "ada")
        user.password = passwords.hash_of(PASSWORD)
    return user


@pytest.mark.quick
def test_right_password_signs_in_and_ends_the_old_sign_in(service, ada):
    with service.database.writing() as session:
        old = accounts.sign_in(session, ada)
    user, cookie = sign_in.with_password(service, "Ada ", PASSWORD, "192.0.2.1", old)
    assert user.id == ada.id
    with service.database.reading() as session:
        assert accounts.by_cookie(session, cookie).name == "ada"
        assert accounts.by_cookie(session, old) is None


@pytest.mark.parametrize(
    ("name", "password"),
    [("ada", "wrong"), ("ada", ""), ("nobody", PASSWORD), ("ben", ""), ("", ""), ("a/b", PASSWORD)],
)
def test_every_failure_has_the_same_sentence_and_verifies_a_hash(service, ada, monkeypatch, name, password):
    verified = []
    verify = passwords.HASHER.verify
    monkeypatch.setattr(type(passwords.HASHER), "verify", lambda _, *values: verified.append(1) or verify(*values))
    with pytest.raises(NotSignedIn, match=r"^The login name or the password is wrong\.$"):
        sign_in.with_password(service, name, password, "192.0.2.1")
    assert verified == [1]


def test_disabled_user_is_refused(service, ada):
    with service.database.writing() as session:
        users.find(session, "ada").disabled = now()
    with pytest.raises(NotSignedIn):
        sign_in.with_password(service, "ada", PASSWORD, "192.0.2.1")


def test_guessing_is_limited(service, ada):
    for _ in range(service.configuration.limits.logins_a_minute):
        with pytest.raises(NotSignedIn):
            sign_in.with_password(service, "ada", "wrong", "192.0.2.1")
    with pytest.raises(TooMany):
        sign_in.with_password(service, "ada", PASSWORD, "192.0.2.1")


def test_outdated_hash_is_renewed(service, ada, monkeypatch):
    monkeypatch.setattr(passwords, "is_outdated", lambda stored: True)
    sign_in.with_password(service, "ada", PASSWORD, "192.0.2.1")
    with service.database.reading() as session:
        renewed = users.find(session, "ada").password
    assert renewed != ada.password
    assert passwords.is_right(PASSWORD, renewed)
