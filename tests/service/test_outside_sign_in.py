"""A person whom another system has proved gets an account and a sign-in that ends soon."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grader.service import accounts, members, outside_sign_in, users
from grader.service.errors import NotAllowed
from grader.service.identities import OutsidePerson
from grader.service.login_settings import GroupRule, HubLogin
from grader.service.moments import now
from grader.service.tables import Login, Membership, Role

LOGIN = HubLogin(kind="hub", groups=[GroupRule(group="staff", course="demo", role="instructor")])
PERSON = OutsidePerson(provider="hub", issuer="jupyterhub", subject="grace", name="grace")


@pytest.fixture
def sign_in(service):
    def sign_in(person=PERSON, login=LOGIN, groups=(), **options):
        with service.database.writing() as session:
            user, cookie = outside_sign_in.sign_in(session, login, person, groups, **options)
            return user.name, cookie

    return sign_in


@pytest.mark.quick
def test_sign_in_lasts_twelve_hours(service, sign_in):
    name, cookie = sign_in()
    with service.database.reading() as session:
        login = session.scalar(select(Login).where(Login.via == "hub"))
        caller = accounts.by_cookie(session, cookie)
    assert (name, caller.name, caller.scopes) == ("grace", "grace", None)
    assert timedelta(hours=11.9) < login.expires - now() <= timedelta(hours=12)


def test_old_cookie_ends(service, sign_in):
    _name, old = sign_in()
    sign_in(old_cookie=old)
    with service.database.reading() as session:
        assert accounts.by_cookie(session, old) is None


def test_disabled_account_is_refused(service, sign_in):
    sign_in()
    with service.database.writing() as session:
        members.disable(session, users.find(session, "grace"))
    with pytest.raises(NotAllowed, match="disabled"):
        sign_in(groups=["staff"])
    with service.database.reading() as session:
        assert session.scalar(select(Membership).join(users.User).where(users.User.name == "grace")) is None


def test_nobody_new_gets_an_account_if_the_settings_say_so(service, sign_in):
    closed = LOGIN.model_copy(update={"new_accounts": False})
    with pytest.raises(NotAllowed, match="sign in with JupyterHub"):
        sign_in(login=closed)
    with service.database.reading() as session:
        assert users.find(session, "grace") is None
    sign_in()
    assert sign_in(login=closed)[0] == "grace"


def test_unknown_groups_change_nothing(service, sign_in):
    sign_in(groups=["staff"])
    sign_in(groups=None)
    with service.database.reading() as session:
        assert session.scalar(select(Membership).where(Membership.source == "hub")).role == Role.INSTRUCTOR
    sign_in(groups=[])
    with service.database.reading() as session:
        assert session.scalar(select(Membership).where(Membership.source == "hub")) is None
