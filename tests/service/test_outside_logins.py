"""The two halves of a sign-in with another system belong together only in one browser, for one way, and once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.service import identities, outside_logins
from grader.service.errors import Conflict
from grader.service.identifiers import digest_of
from grader.service.identities import OutsidePerson
from grader.service.login_settings import HubLogin
from grader.service.outside_logins import Begun

BEGUN = Begun(way="university", next="/c/demo", nonce="n", verifier="v", browser=digest_of("browser"))
PERSON = OutsidePerson(provider="oidc", issuer="https://uni.example", subject="1", name="grace")


@pytest.fixture
def resume(service):
    """A function that resumes a sign-in by its state."""

    def resumed(state, way="university", browser="browser"):
        with service.database.writing() as session:
            return outside_logins.resume(session, state, way, browser)

    return resumed


@pytest.fixture
def state(service):
    with service.database.writing() as session:
        return outside_logins.begin(session, BEGUN)


@pytest.mark.quick
def test_sign_in_is_resumed_once(resume, state):
    assert resume(state) == BEGUN
    assert resume(state) is None


@pytest.mark.parametrize("change", [{"way": "college"}, {"browser": "other"}, {"browser": ""}])
def test_sign_in_of_another_way_or_browser_is_used_up(resume, state, change):
    assert resume(state, **change) is None
    assert resume(state) is None


def test_login_is_added_only_as_it_was_confirmed(service, caller):
    ada = caller("ada")
    with service.database.writing() as session:
        begun = replace(BEGUN, adds_to=ada.user_id)
        _user, secret, _left = outside_logins.ask(session, begun, PERSON, frozenset({"b", "a"}))
        with pytest.raises(Conflict):
            outside_logins.wish_of(session, secret, "other")
        _user, secret, left = outside_logins.ask(session, begun, PERSON, frozenset({"b", "a"}))
        wish = outside_logins.wish_of(session, secret, "browser")
    assert (wish.begun, wish.person, wish.groups, wish.leaves, left) == (begun, PERSON, {"a", "b"}, "", "")
    with service.database.writing() as session:
        identities.account_of(session, PERSON)  # the same person has signed in meanwhile, and got an account
    with service.database.writing() as session, pytest.raises(Conflict):
        outside_logins.add(session, ada, HubLogin(kind="hub"), wish)
