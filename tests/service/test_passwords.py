"""New passwords are not easy to guess, and a hash tells nothing about an account that does not exist."""

from __future__ import annotations

import pytest

from grader.service import passwords
from grader.service.errors import Unreadable


@pytest.mark.quick
def test_right_password_fits_its_hash():
    stored = passwords.hash_of("correct horse ü 日本")
    assert passwords.is_right("correct horse ü 日本", stored)
    assert not passwords.is_right("correct horse u 日本", stored)
    assert "correct" not in stored
    assert stored.startswith("$argon2id$")
    assert not passwords.is_outdated(stored)


@pytest.mark.parametrize("stored", ["", "not a hash", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"])
@pytest.mark.parametrize("password", ["", "nobody has this password", "x" * 10**6, "\ud800"])
def test_nothing_fits_an_account_without_a_hash(stored, password):
    assert not passwords.is_right(password, stored)


@pytest.mark.parametrize(
    ("password", "name"),
    [("short", ""), ("x" * 201, ""), ("aaaaaaaaaa", ""), ("abababababab", ""), ("my name is Ada!", "ada"), ("", "")],
)
def test_weak_password_is_refused(password, name):
    with pytest.raises(Unreadable):
        passwords.require_good(password, name)


@pytest.mark.parametrize("password", ["correct horse", "pässwörter", "日本語のパスワードです", "x y z 1 2 3 4"])
def test_good_password_is_accepted(password):
    passwords.require_good(password, "ada")
