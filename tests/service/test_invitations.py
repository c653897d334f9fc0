"""A link for an account is made only by somebody who is above it everywhere, and works once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from grader.service import accounts, identities, invitations, users
from grader.service.errors import Conflict, NotFound
from grader.service.identities import OutsidePerson
from grader.service.moments import now
from grader.service.tables import Course, Link, Membership, Role, Submission, User

from . import kept_results


@pytest.fixture
def course(service):
    with service.database.reading() as session:
        return session.query(Course).one()


def test_admin_may_link_everybody(service, caller):
    with service.database.reading() as session:
        assert all(invitations.may_link(session, caller("root"), user) for user in session.query(User))


@pytest.mark.quick
@pytest.mark.parametrize(("who", "whom"), [("iris", {"ada", "ben", "tom"}), ("tom", set()), ("ada", set())])
def test_instructor_may_link_the_students_and_tutors_of_the_own_course(service, caller, who, whom):
    with service.database.reading() as session:
        allowed = {user.name for user in session.query(User) if invitations.may_link(session, caller(who), user)}
    assert allowed == whom


def test_instructor_may_not_link_a_student_of_another_course(service, caller):
    with service.database.writing() as session:
        other = Course(slug="other", title="Other")
        session.add(other)
        session.flush()
        ada = users.find(session, "ada")
        session.add(Membership(course_id=other.id, user_id=ada.id, role=Role.STUDENT))
        with pytest.raises(NotFound, match="Only an admin"):
            invitations.reset(session, caller("iris"), ada)


def test_instructor_may_not_link_somebody_with_work_in_another_course(service, caller):
    work = kept_results.hand_in(service, "ada")
    with service.database.writing() as session:
        other = Course(slug="other", title="Other")
        session.add(other)
        session.flush()
        session.get(Submission, work).exercise.course_id = other.id
    with service.database.reading() as session:
        assert not invitations.may_link(session, caller("iris"), users.find(session, "ada"))


def test_instructor_may_not_link_an_admin_in_the_course(service, caller):
    with service.database.writing() as session:
        users.find(session, "ada").is_admin = True
        assert not invitations.may_link(session, caller("iris"), users.find(session, "ada"))


def test_instructor_may_not_link_somebody_who_signs_in_with_another_system(service, caller):
    with service.database.writing() as session:
        ada = users.find(session, "ada")
        identities.link(session, ada, OutsidePerson(provider="oidc", issuer="https://login.example", subject="1"))
        assert invitations.may_link(session, caller("root"), ada)
        for make in (invitations.reset, invitations.invite):
            with pytest.raises(NotFound, match="signs in with another system"):
                make(session, caller("iris"), ada)


def test_link_works_once_and_ends_the_others_and_all_sign_ins(service, caller):
    with service.database.writing() as session:
        ada = users.find(session, "ada")
        cookie = accounts.sign_in(session, ada)
        secrets = [invitations.reset(session, caller("iris"), ada) for _ in range(2)]
    with service.database.writing() as session:
        assert invitations.set_password(session, secrets[0], "reset", "hash").name == "ada"
    for secret in secrets:
        with service.database.writing() as session, pytest.raises(NotFound, match="has been used"):
            invitations.set_password(session, secret, "reset", "other")
    with service.database.reading() as session:
        assert users.find(session, "ada").password == "hash"
        assert accounts.by_cookie(session, cookie) is None


def test_invitation_does_not_change_a_password(service, caller):
    with service.database.writing() as session:
        ada = users.find(session, "ada")
        secret = invitations.invite(session, caller("iris"), ada)
        ada.password = "hash"
    with service.database.writing() as session, pytest.raises(NotFound):
        invitations.set_password(session, secret, "invite", "other")
    with service.database.writing() as session, pytest.raises(Conflict, match="has a password"):
        invitations.invite(session, caller("iris"), users.find(session, "ada"))


@pytest.mark.parametrize("purpose", ["invite", "join", "admin", ""])
def test_link_has_one_purpose(service, caller, purpose):
    with service.database.writing() as session:
        secret = invitations.reset(session, caller("iris"), users.find(session, "ada"))
    with service.database.reading() as session, pytest.raises(NotFound):
        invitations.link(session, secret, purpose)


def test_old_link_and_link_of_a_disabled_user_are_refused(service, caller):
    with service.database.writing() as session:
        old = invitations.reset(session, caller("iris"), users.find(session, "ada"))
        session.query(Link).one().expires = now() - timedelta(seconds=1)
        disabled = invitations.reset(session, caller("iris"), users.find(session, "ben"))
        users.find(session, "ben").disabled = now()
    with service.database.reading() as session:
        for secret in (old, disabled, "", "nothing"):
            with pytest.raises(NotFound):
                invitations.link(session, secret, "reset")


def test_link_of_a_course_makes_a_student_and_changes_no_role(service, course, caller):
    with service.database.writing() as session:
        secret = accounts.new_link(session, "join", course_id=course.id, role=3, uses=None)
        zoe = users.new(session, "zoe")
    with service.database.writing() as session:
        for name in ("zoe", "zoe", "tom"):
            invitations.join_by_link(session, secret, users.find(session, name).id)
    with service.database.reading() as session:
        assert session.get(Membership, (course.id, zoe.id)).role == Role.STUDENT
        assert session.get(Membership, (course.id, caller("tom").user_id)).role == Role.TUTOR


def test_members_do_not_use_up_a_link(service, course, caller):
    with service.database.writing() as session:
        secret = accounts.new_link(session, "join", course_id=course.id, uses=1)
        names = [users.new(session, name).name for name in ("zoe", "zac")]
    with service.database.writing() as session:
        invitations.join_by_link(session, secret, caller("ada").user_id)
        invitations.join_by_link(session, secret, caller(names[0]).user_id)
    with service.database.writing() as session, pytest.raises(NotFound):
        invitations.join_by_link(session, secret, caller(names[1]).user_id)


def test_closed_course_accepts_nobody(service, course, caller):
    with service.database.writing() as session:
        secret = accounts.new_link(session, "join", course_id=course.id, uses=None)
        session.get(Course, course.id).registration = "closed"
        users.new(session, "zoe")
    with service.database.writing() as session:
        with pytest.raises(NotFound):
            invitations.join_by_link(session, secret, caller("zoe").user_id)
        with pytest.raises(NotFound):
            invitations.join_open_course(session, "demo", caller("zoe").user_id)
        assert invitations.open_courses(session) == []


def test_open_course_accepts_everybody(service, caller):
    with service.database.writing() as session:
        users.new(session, "zoe")
    zoe = caller("zoe").user_id
    with service.database.writing() as session:
        assert [course.slug for course in invitations.open_courses(session, zoe)] == ["demo"]
        invitations.join_open_course(session, "demo", zoe)
        invitations.join_open_course(session, "demo", zoe)
        assert invitations.open_courses(session, zoe) == []
