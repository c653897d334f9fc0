"""A message leads to an account, a role and an exercise; a role that a person has given stays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from grader.lti.refusals import LaunchRefused
from grader.service import identities, lti_launches, lti_roles, users
from grader.service.errors import Conflict, NotAllowed
from grader.service.lti_tables import LtiResource
from grader.service.moments import now
from grader.service.outside_tables import Identity
from grader.service.tables import Course, Exercise, Membership, Role, User
from tests.lti.platform import ASSISTANT, LEARNER, MISSING, TEACHER, Platform
from tests.service.lti import arrive, connect, register

EXERCISE = "single-neuron"
ENDPOINT = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"


@pytest.fixture(scope="module")
def platform():
    with Platform("https://grader.example") as running:
        yield running


@pytest.fixture
def row(service, platform):
    return register(service, platform)


@pytest.fixture
def context(service, platform, row):
    """The connection of the platform's course with "demo", by an instructor who teaches it."""
    arrival = arrive(service, row, platform.message(person="teacher", roles=[TEACHER], name="Iris"))
    with service.database.writing() as session:
        demo = session.scalar(select(Course))
        session.add(Membership(course_id=demo.id, user_id=arrival.user.id, role=Role.INSTRUCTOR))
    return connect(service, arrival, "demo")


def membership(service, arrival):
    with service.database.reading() as session:
        return session.get(Membership, (arrival.context.course_id, arrival.user.id))


@pytest.mark.parametrize(
    ("roles", "role"), [([LEARNER], Role.STUDENT), ([TEACHER, ASSISTANT], Role.TUTOR), ([TEACHER], Role.INSTRUCTOR)]
)
def test_person_gets_an_account_and_a_role(service, platform, row, context, roles, role):
    first = arrive(service, row, platform.message(roles=roles, email="ada@example.org"))
    again = arrive(service, row, platform.message(roles=roles, name="Changed"))
    assert first.user.id == again.user.id and not first.user.is_admin
    assert (first.user.full_name, first.user.email) == ("Ada Lovelace", "ada@example.org")
    assert (membership(service, first).role, membership(service, first).source) == (role, lti_roles.source_of(context))


def test_anonymous_person_gets_a_neutral_name(service, platform, row, context):
    arrival = arrive(service, row, platform.message(name="", person="opaque-7"))
    assert (arrival.user.name, arrival.user.full_name, arrival.user.email) == ("person", "", "")


def test_login_name_is_that_of_the_course_system_if_it_is_sent(service, platform, row, context):
    arrival = arrive(service, row, platform.message(custom={"login": "al42"}))
    assert arrival.user.name == "al42"


def test_account_is_never_found_by_a_name(service, platform, row, context):
    arrival = arrive(service, row, platform.message(custom={"login": "ada"}, name="Ada", email="root@example.org"))
    with service.database.reading() as session:
        assert arrival.user.id != users.find(session, "ada").id


def test_administrator_of_the_institution_is_nobody_here(service, platform, row, context):
    role = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"
    with pytest.raises(LaunchRefused, match="neither a student nor a teacher"):
        arrive(service, row, platform.message(person="boss", roles=[role]))


def test_changed_role_changes_only_what_the_course_system_gave(service, platform, row, context):
    arrival = arrive(service, row, platform.message())
    arrive(service, row, platform.message(roles=[TEACHER]))
    assert membership(service, arrival).role == Role.INSTRUCTOR
    arrive(service, row, platform.message(roles=[LEARNER]))
    assert membership(service, arrival).role == Role.STUDENT
    with service.database.writing() as session:
        by_hand = session.get(Membership, (context.course_id, arrival.user.id))
        by_hand.role, by_hand.source = Role.TUTOR, ""
    for roles in ([TEACHER], [LEARNER]):
        arrive(service, row, platform.message(roles=roles))
        assert membership(service, arrival).role == Role.TUTOR


@pytest.mark.parametrize("roles", [[LEARNER], [TEACHER, ASSISTANT]], ids=str)
def test_course_that_is_not_connected_waits_for_its_instructor_and_stores_nothing(service, platform, row, roles):
    with service.database.reading() as session:
        before = session.query(User).count()
    with pytest.raises(Conflict, match="your instructor has to open the exercise once"):
        arrive(service, row, platform.message(roles=roles))
    with service.database.reading() as session:
        assert session.query(User).count() == before and session.query(Identity).count() == 0


def test_message_without_a_course_is_refused(service, platform, row):
    with pytest.raises(LaunchRefused, match="only be opened from a course"):
        arrive(service, row, platform.message(context=MISSING))


def test_disabled_account_is_refused(service, platform, row, context):
    arrival = arrive(service, row, platform.message())
    with service.database.writing() as session:
        session.get_one(User, arrival.user.id).disabled = now()
    with pytest.raises(NotAllowed, match="disabled"):
        arrive(service, row, platform.message())


def test_link_names_its_exercise_and_brings_the_addresses_of_its_marks(service, platform, row, context):
    message = platform.message(custom={"exercise": EXERCISE})
    message[ENDPOINT] = {"lineitem": "https://lms.example/1", "lineitems": "https://lms.example/all", "scope": ["a"]}
    arrival = arrive(service, row, message)
    assert arrival.exercise.name == EXERCISE
    with service.database.reading() as session:
        resource = session.scalar(select(LtiResource))
        assert (resource.line_item, resource.line_items, resource.scopes) == (
            "https://lms.example/1",
            "https://lms.example/all",
            "a",
        )


def test_link_without_a_name_opens_what_was_chosen_for_it(service, platform, row, context):
    arrival = arrive(service, row, platform.message(link="by-hand"))
    assert arrival.exercise is None and arrival.wish == ""
    with service.database.writing() as session:
        exercise = session.scalar(select(Exercise).where(Exercise.name == EXERCISE))
        lti_launches.set_exercise(session, context, arrival.launch, exercise)
    assert arrive(service, row, platform.message(link="by-hand")).exercise.name == EXERCISE
    assert arrive(service, row, platform.message(link="other")).exercise is None


def test_link_to_the_course_has_no_exercise(service, platform, row, context):
    arrival = arrive(service, row, platform.message(custom={"page": "course"}))
    assert arrival.opens_course and arrival.exercise is None


def test_link_of_a_copied_course_opens_the_exercise_of_its_own_course(service, platform, row, context):
    with service.database.writing() as session:
        new = Course(slug="next-year", title="Next year")
        session.add(new)
        session.flush()
        old = session.scalar(select(Exercise).where(Exercise.name == EXERCISE))
        copy = Exercise(course_id=new.id, name=EXERCISE, version_id=old.version_id)
        teacher = session.scalar(select(Identity).where(Identity.subject == "teacher"))
        session.add_all([copy, Membership(course_id=new.id, user_id=teacher.user_id, role=Role.INSTRUCTOR)])
    changes = {"context": {"id": "context-2", "title": "Copy"}, "custom": {"exercise": EXERCISE}}
    arrival = arrive(service, row, platform.message(person="teacher", roles=[TEACHER], **changes))
    assert arrival.context is None
    connect(service, arrival, "next-year")
    assert arrive(service, row, platform.message(**changes)).exercise.id == copy.id
    assert arrive(service, row, platform.message(custom={"exercise": EXERCISE})).exercise.id == old.id
    changes["custom"] = {"exercise": "not-in-the-copy"}
    missing = arrive(service, row, platform.message(link="2", **changes))
    assert missing.exercise is None and missing.wish == "not-in-the-copy"


def test_identity_of_a_connected_account_is_used(service, platform, row, context):
    with service.database.writing() as session:
        ben = users.find(session, "ben")
        person = identities.OutsidePerson(provider="lti", issuer=platform.issuer, subject="ben-there")
        identities.link(session, ben, person)
    assert arrive(service, row, platform.message(person="ben-there", name="Other")).user.name == "ben"


def test_class_opens_a_new_link_at_once(service, platform, row, context):
    messages = [platform.message(person=f"student-{n}", link="exam", custom={"exercise": EXERCISE}) for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        arrivals = [*pool.map(lambda message: arrive(service, row, message), messages)]
    assert {each.exercise.name for each in arrivals} == {EXERCISE} and len({each.user.id for each in arrivals}) == 8
