"""Users and roles that the command line makes."""

from __future__ import annotations

import pytest

from grader.service import invitations, members, users
from grader.service.tables import Course, Membership, Role, User
from grader.support.errors import GraderError, UsageError


@pytest.mark.parametrize("name", ['Zoë, "Z" O\'Neill', "李小龍", "محمد", "x" * 100])
def test_new_user_may_have_any_printable_name(service, name):
    with service.database.writing() as session:
        members.give_role(session, members.ensure(session, name), "tutor", "demo")
    with service.database.reading() as session:
        user = session.query(User).filter_by(name=name).one()
        assert session.query(Membership).filter_by(user_id=user.id).one().role == Role.TUTOR


@pytest.mark.parametrize("name", ["", " ", "\n", "x" * 101, "a/b", "*", ".a"])
def test_name_that_cannot_be_used_is_refused(service, name):
    with pytest.raises(GraderError), service.database.writing() as session:
        members.ensure(session, name)


def test_nobody_loses_a_higher_role(service):
    with service.database.writing() as session:
        members.give_role(session, members.ensure(session, "iris"), "student", "demo")
        user = users.find(session, "iris")
        course = session.query(Course).one()
        assert session.get(Membership, (course.id, user.id)).role == Role.INSTRUCTOR


def test_misspelt_course_is_named(service):
    with service.database.reading() as session, pytest.raises(UsageError, match="Did you mean 'demo'"):
        members.course_named(session, "dmo")


def test_course_must_be_chosen_if_there_are_several(service):
    with service.database.writing() as session:
        session.add(Course(slug="other", title="Other"))
        session.flush()
        with pytest.raises(UsageError, match=r"--course \(demo, other\)"):
            members.course_named(session, None)


def test_link_of_a_new_user_leads_to_a_password(service):
    with service.database.writing() as session:
        secret = members.password_link(session, members.ensure(session, "grace"))
    with service.database.writing() as session:
        invitations.set_password(session, secret, "reset", "a hash")
        assert users.find(session, "grace").password == "a hash"


def test_disabled_user_gets_nothing(service):
    with service.database.writing() as session:
        members.disable(session, members.named(session, "ada"))
    with service.database.writing() as session:
        with pytest.raises(UsageError, match="--enable"):
            members.ensure(session, "ada")
        members.enable(session, members.named(session, "ada"))
        assert members.ensure(session, "ada").name == "ada"
