"""Two courses of course systems can be connected with one course here: the highest role counts."""

from __future__ import annotations

from sqlalchemy import select

from grader.service import lti_roles
from grader.service.lti_tables import LtiContext
from grader.service.tables import Course, Membership, Role, User


def context(session, name):
    course = session.scalar(select(Course))
    return LtiContext(id=name, course_id=course.id, course=course)


def test_highest_role_counts_and_is_taken_back_where_it_came_from(service):
    with service.database.writing() as session:
        user = User(name="zoe")
        session.add(user)
        session.flush()
        first, second = context(session, "first"), context(session, "second")
        steps = [
            (first, Role.STUDENT, Role.STUDENT),
            (second, Role.TUTOR, Role.TUTOR),
            (first, Role.STUDENT, Role.TUTOR),
            (second, Role.STUDENT, Role.STUDENT),
        ]
        for place, role, result in steps:
            lti_roles.give(session, place, user, role)
            assert session.get(Membership, (place.course_id, user.id)).role == result
