"""The members of a course system become members here, and lose only what the course system gave."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from grader.service import jobs, lti_members
from grader.service.errors import NotFound
from grader.service.lti_members import EMPTY, NOT_OFFERED, MembersJobs
from grader.service.lti_services import NO_ACCESS, NO_ANSWER, CourseSystems
from grader.service.lti_tables import LtiContext, LtiPlatform
from grader.service.moments import now
from grader.service.outside_tables import Delivery, Identity
from grader.service.tables import Audit, Course, Job, Membership, Role, User
from tests.lti.platform import ASSISTANT, LEARNER, TEACHER
from tests.lti.platform_services import MEMBERS
from tests.service.course_system import connected, own_key, platform  # noqa: F401
from tests.service.kept_results import hand_in


@pytest.fixture
def class_of(service, connected):  # noqa: F811
    """The course system; ``read()`` reads its members, and ``roles()`` are {subject or login name: role}."""
    handler = MembersJobs(CourseSystems(service))

    def read():
        return handler(service, Job(about=connected.context_id), threading.Event())

    def roles():
        with service.database.reading() as session:
            subjects = {row.user_id: row.subject for row in session.query(Identity)}
            return {
                subjects.get(row.user_id, row.user.name): Role(row.role).name
                for row in session.query(Membership).join(Course).filter(Course.slug == "demo")
            }

    def context():
        with service.database.reading() as session:
            return session.get(LtiContext, connected.context_id)

    return SimpleNamespace(read=read, roles=roles, context=context, lms=connected, services=connected.services)


def person(user_id, *roles, **fields):
    return {"user_id": user_id, "roles": [*roles], "status": "Active", **fields}


@pytest.mark.quick
def test_three_hundred_members_come_at_once_and_the_same_list_changes_nothing(service, class_of):
    class_of.services.add_members(300)
    class_of.services.members += [person("lms-ada", LEARNER), person("lms-ben", LEARNER)]
    assert class_of.read() == "302 300 300 0"
    with service.database.reading() as session:
        before = [(row.user_id, row.role, row.source) for row in session.query(Membership)]
        accounts, audits = session.query(User).count(), session.query(Audit).count()
    assert class_of.read() == "302 0 0 0"
    with service.database.reading() as session:
        assert [(row.user_id, row.role, row.source) for row in session.query(Membership)] == before
        assert (session.query(User).count(), session.query(Audit).count()) == (accounts, audits)
        assert session.query(User).filter_by(full_name="Learner 7").one().password == ""
    assert class_of.context().members_read is not None


def test_roles_are_those_of_the_course_system_and_other_people_are_left_out(class_of):
    class_of.services.members = [
        person("teacher", TEACHER),
        person("assistant", ASSISTANT, TEACHER),
        person("student", LEARNER),
        person("parent", "http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor"),
        person("inactive", LEARNER, status="Inactive"),
        person("deleted", LEARNER, status="Deleted"),
    ]
    class_of.read()
    roles = class_of.roles()
    assert [roles.get(name) for name in ("teacher", "assistant", "student")] == ["INSTRUCTOR", "TUTOR", "STUDENT"]
    assert not {"parent", "inactive", "deleted"} & {*roles}


def test_those_who_have_left_lose_the_role_but_not_their_work(service, class_of):
    hand_in(service, "ada")
    class_of.services.members = [person("lms-ada", LEARNER), person("lms-ben", LEARNER), person("x", LEARNER)]
    class_of.read()
    class_of.services.members = [person("lms-ada", LEARNER, status="Inactive"), person("x", LEARNER)]
    with service.database.writing() as session:
        ben = session.scalar(select(User).where(User.name == "ben"))
        session.query(Membership).filter_by(user_id=ben.id).update({"source": ""})  # a person wants him here
    assert class_of.read() == "2 0 0 1"
    roles = class_of.roles()
    assert ("lms-ada" in roles, "lms-ben" in roles, roles["tom"]) == (False, True, "TUTOR")
    class_of.services.members[0]["status"] = "Active"
    assert class_of.read() == "2 0 1 0"
    with service.database.reading() as session:
        ada = session.scalar(select(User).where(User.name == "ada"))
        assert (
            session.query(Delivery).filter_by(user_id=ada.id).count() == 1
        )  # her score is sent again if it has changed


def test_student_who_comes_while_the_list_is_read_stays(service, class_of):
    class_of.services.members = [person("x", LEARNER)]
    read = class_of.lms.platform._routes["GET", "/courses/1/members"]

    def slow(request):
        answer = read(request)  # before Ada opens an exercise for the first time
        with service.database.writing() as session:
            ada = session.scalar(select(User).where(User.name == "ada"))
            session.query(Membership).filter_by(user_id=ada.id).update({"created": now()})
        return answer

    class_of.lms.platform.route("GET", "/courses/1/members", slow)
    class_of.read()
    assert "lms-ada" in class_of.roles() and "lms-ben" not in class_of.roles()
    class_of.lms.platform.route("GET", "/courses/1/members", read)
    class_of.read()
    assert "lms-ada" not in class_of.roles()


def test_last_instructor_stays(service, class_of):
    with service.database.writing() as session:
        iris = session.scalar(select(User).where(User.name == "iris"))
        session.query(Membership).filter_by(user_id=iris.id).delete()
    class_of.services.members = [person("teacher", TEACHER), person("x", LEARNER)]
    class_of.read()
    class_of.services.members = [person("x", LEARNER)]
    class_of.read()
    assert class_of.roles()["teacher"] == "INSTRUCTOR"


def test_names_and_addresses_are_added_but_not_replaced(service, class_of):
    class_of.services.members = [
        person("anonymous", LEARNER),
        person("lms-ada", LEARNER, name="Another", email="a@b.org"),
    ]
    class_of.read()
    class_of.services.members[0] |= {"name": "Zoë", "email": "zoe@example.org"}
    class_of.read()
    with service.database.reading() as session:
        zoe = session.get(User, session.query(Identity).filter_by(subject="anonymous").one().user_id)
        ada = session.scalar(select(User).where(User.name == "ada"))
        assert (zoe.full_name, zoe.email, zoe.name) == ("Zoë", "zoe@example.org", "person")
        assert (ada.full_name, ada.email) == ("Ada", "a@b.org")


def test_failure_changes_nobody_and_says_why(service, class_of):
    def problem():
        with pytest.raises(jobs.JobFailed) as failure:
            class_of.read()
        assert class_of.context().members_problem == str(failure.value)
        return str(failure.value)

    before = class_of.roles()
    assert problem() == EMPTY
    class_of.services.add_members(3)
    class_of.services.is_down = True
    assert problem() == NO_ANSWER
    class_of.services.is_down = False
    class_of.services.scopes = set()
    class_of.services.tokens.clear()
    assert problem() == NO_ACCESS
    class_of.services.scopes = {MEMBERS}
    class_of.lms.platform.route(
        "GET", "/courses/1/members", lambda request: class_of.services._problem(request, "another scope")
    )
    assert problem() == NOT_OFFERED
    assert class_of.roles() == before
    with service.database.writing() as session:
        session.delete(session.get(LtiPlatform, class_of.lms.platform_id))
    assert class_of.read() == lti_members.NOTHING


def test_lists_that_are_some_hours_old_are_requested(service, class_of):
    def waiting():
        with service.database.reading() as session:
            return session.query(Job).filter_by(kind=lti_members.KIND).count()

    lti_members.request_due(service)
    lti_members.request_due(service)
    assert waiting() == 1
    with service.database.writing() as session:
        session.query(Job).delete()
        session.get(LtiContext, class_of.lms.context_id).members_read = now()
    lti_members.request_due(service)
    assert waiting() == 0


def test_instructor_requests_only_the_list_of_the_own_course(service, class_of, caller):
    with service.database.writing() as session:
        demo, other = session.scalar(select(Course)), Course(slug="other", title="Other")
        session.add(other)
        session.flush()
        assert lti_members.request(session, caller("iris"), demo, class_of.lms.context_id).state == "queued"
        assert [context.id for context in lti_members.of_course(session, demo)] == [class_of.lms.context_id]
        with pytest.raises(NotFound):
            lti_members.request(session, caller("iris"), other, class_of.lms.context_id)
