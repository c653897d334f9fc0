"""Two courses of course systems can be connected with one course here: the highest role counts."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from grader.service import lti_roles
from grader.service.lti_tables import LtiContext, LtiPlatform
from grader.service.tables import Course, Membership, Role, User


@pytest.fixture
def follow(service):
    """A function that gives roles in turn, each as (name of the connected course, role, role of the member then)."""

    def followed(steps, removed=()):
        with service.database.writing() as session:
            user = User(name="zoe")
            platform = LtiPlatform(
                title="", issuer="https://lms", client_id="", login_url="", token_url="", keys_url=""
            )
            session.add_all([user, platform])
            session.flush()
            course_id = session.scalar(select(Course.id))
            for name in dict.fromkeys(name for name, _role, _result in steps):
                session.add(
                    LtiContext(id=name, platform_id=platform.id, deployment="", context=name, course_id=course_id)
                )
            session.flush()
            for name, role, result in steps:
                lti_roles.give(session, session.get_one(LtiContext, name), user, role)
                assert session.get(Membership, (course_id, user.id)).role == result
                if name in removed:
                    session.delete(session.get_one(LtiContext, name))
                    session.flush()

    return followed


def test_highest_role_counts_and_is_taken_back_where_it_came_from(follow):
    follow(
        [
            ("first", Role.STUDENT, Role.STUDENT),
            ("second", Role.TUTOR, Role.TUTOR),
            ("first", Role.STUDENT, Role.TUTOR),
            ("second", Role.STUDENT, Role.STUDENT),
        ]
    )


@pytest.mark.parametrize("again", [Role.INSTRUCTOR, Role.STUDENT])
def test_role_of_a_connection_that_was_removed_does_not_survive_a_new_one(follow, again):
    steps = [("old", Role.INSTRUCTOR, Role.INSTRUCTOR), ("new", again, again), ("new", Role.STUDENT, Role.STUDENT)]
    follow(steps, removed=["old"])
