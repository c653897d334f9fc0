"""Groups of another system give roles at a sign-in and take them back; roles that a person has given stay."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import select

from grader.service import administration, group_roles, identities, people
from grader.service.identities import OutsidePerson
from grader.service.login_settings import GroupRule
from grader.service.people_table import PeopleTable, PersonLine
from grader.service.tables import Audit, Course, Membership, Role

RULES = [
    GroupRule(group="staff", course="demo", role="instructor"),
    GroupRule(group="tutors", course="demo", role="tutor"),
    GroupRule(group="everybody", course="demo"),
    GroupRule(group="bosses", role="admin"),
    GroupRule(group="later", course="not-yet", role="instructor"),
]
NEW = OutsidePerson(provider="hub", issuer="jupyterhub", subject="grace", name="grace")


@pytest.fixture
def apply(service):
    """A function that signs somebody in with groups, and returns (role or None, source, whether an administrator)."""

    def applied(*groups, person=NEW, rules=RULES):
        with service.database.writing() as session:
            identity = identities.account_of(session, person)
            group_roles.apply(session, identity, rules, groups)
            session.flush()
            return state(session, identity.user)

    return applied


def state(session, user):
    membership = session.get(Membership, (session.scalar(select(Course)).id, user.id))
    role = None if membership is None else Role(membership.role)
    return role, None if membership is None else membership.source, user.is_admin


@pytest.fixture
def by_hand(service, caller):
    """A function that gives somebody a role by hand, before or after the groups."""

    def give(role):
        with service.database.writing() as session:
            user = identities.account_of(session, NEW).user
            course = session.scalar(select(Course))
            membership = session.get(Membership, (course.id, user.id))
            if membership is None:
                session.add(Membership(course_id=course.id, user_id=user.id, role=role))
            else:
                people.change(session, caller("root"), course, membership, role, "")

    return give


@pytest.mark.quick
def test_roles_come_and_go_with_the_groups(apply):
    assert apply() == (None, None, False)
    assert apply("everybody", "other") == (Role.STUDENT, "hub", False)
    assert apply("everybody", "staff", "tutors") == (Role.INSTRUCTOR, "hub", False)
    assert apply("tutors") == (Role.TUTOR, "hub", False)
    assert apply("later") == (None, None, False)
    assert apply("STAFF") == (None, None, False)  # names of groups are compared letter by letter


def test_rules_that_are_gone_give_nothing_any_more(apply):
    apply("staff")
    assert apply("staff", rules=[]) == (None, None, False)


@pytest.mark.parametrize("role", list(Role))
def test_what_a_person_has_given_stays(apply, by_hand, role):
    by_hand(role)
    higher = max(role, Role.TUTOR)
    assert apply("tutors")[0] == higher
    assert apply("tutors", "everybody")[0] == higher
    assert apply() == (role, "", False)


def test_higher_role_of_a_group_ends_with_the_group_in_steps(apply, by_hand):
    by_hand(Role.STUDENT)
    assert [apply(*groups)[0] for groups in (["tutors"], ["staff"], ["tutors"], ["everybody"])] == [
        Role.TUTOR,
        Role.INSTRUCTOR,
        Role.TUTOR,
        Role.STUDENT,
    ]
    assert apply() == (Role.STUDENT, "", False)


def test_role_that_a_person_changes_after_the_group_is_that_of_the_person(apply, by_hand):
    apply("everybody")
    by_hand(Role.TUTOR)
    assert apply() == (Role.TUTOR, "", False)


def test_other_systems_take_back_only_their_own_roles(apply, service):
    other = OutsidePerson(provider="oidc", issuer="https://login.example.org", subject="1")
    with service.database.writing() as session:
        user = identities.account_of(session, NEW).user
        identities.link(session, user, other)
    assert apply("everybody", person=other) == (Role.STUDENT, "oidc:https://login.example.org", False)
    assert apply("staff") == (Role.INSTRUCTOR, "hub|1|oidc:https://login.example.org", False)
    assert apply(person=other)[0] == Role.INSTRUCTOR
    assert apply() == (Role.STUDENT, "oidc:https://login.example.org", False)
    assert apply(person=other) == (None, None, False)


def test_list_of_students_does_not_keep_an_instructor_of_a_group(apply, service, caller):
    apply("staff")
    with service.database.writing() as session:
        table = PeopleTable([PersonLine(2, "grace")], {})
        people.add(session, caller("iris"), session.scalar(select(Course)), table, Role.STUDENT)
    assert apply() == (None, None, False)


def test_group_makes_an_administrator_as_long_as_it_lasts(apply):
    assert apply("bosses") == (None, None, True)
    assert apply() == (None, None, False)


def test_administrator_by_hand_stays_one(apply, service, caller):
    apply("bosses")
    with service.database.writing() as session:
        administration.set_admin(session, caller("root"), identities.find(session, NEW).user, True)
    assert apply() == (None, None, True)


def test_changes_are_in_the_audit_once(apply, service):
    for groups in (["staff"], ["staff"], []):
        apply(*groups)
    with service.database.reading() as session:
        rows = [(row.who, row.about) for row in session.scalars(select(Audit).where(Audit.what == "role"))]
    assert rows == [("(hub)", "demo grace instructor"), ("(hub)", "demo grace none")]


def test_misspelt_group_is_in_the_log(apply, caplog):
    with caplog.at_level(logging.WARNING):
        apply("stafff", "everybody")
    assert "The settings name the group 'staff', but a person who signs in is in 'stafff'" in caplog.text


def test_missing_course_has_a_sentence(service):
    rules = [GroupRule(group="a", course="demmo"), GroupRule(group="b", course="another"), *RULES[:4]]
    with service.database.reading() as session:
        first, second = group_roles.missing_courses(session, rules)
    assert "'demmo', which does not exist: did you mean 'demo'?" in first
    assert "'another', which does not exist: create it" in second
