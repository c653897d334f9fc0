"""An instructor connects a course, and chooses exercises for it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from grader.service import course_settings, lti_courses, lti_keys
from grader.service.errors import NotAllowed, NotFound, Unreadable
from grader.service.tables import Course, Membership, Role
from tests.lti.platform import CHOICE, DEEP_LINK, TEACHER, Platform
from tests.service.lti import arrive, connect, course, register

NEW = {"title": "Deep Learning", "time_zone": "UTC", "check_days": "30", "attempt_days": "365"}


@pytest.fixture(scope="module")
def platform():
    with Platform("https://grader.example") as running:
        yield running


@pytest.fixture
def row(service, platform):
    return register(service, platform)


def teacher(platform, kind=CHOICE, **changes):
    return platform.message(kind, person="teacher", roles=[TEACHER], name="Iris", **changes)


def test_new_course_has_its_instructor_and_no_other_course_can_be_taken(service, platform, row):
    arrival = arrive(service, row, teacher(platform))
    with service.database.reading() as session:
        assert lti_courses.own_courses(session, arrival) == []
    with pytest.raises(NotFound):
        connect(service, arrival, "demo")
    context = connect(service, arrival, settings=course_settings.of_form(NEW))
    with service.database.reading() as session:
        membership = session.get(Membership, (context.course_id, arrival.user.id))
        assert (session.get(Course, context.course_id).title, membership.role) == ("Deep Learning", Role.INSTRUCTOR)
        assert [each.slug for each in lti_courses.own_courses(session, arrival)] == ["deep-learning"]
    assert connect(service, arrival, "demo").id == context.id  # two forms at once connect it once


def test_new_course_does_not_get_the_address_of_one_to_which_the_settings_give_something(service, platform, row):
    arrival = arrive(service, row, teacher(platform))
    with service.database.writing() as session:
        lti_courses.connect(session, arrival, "", course_settings.of_form(NEW), named={"deep-learning", "other"})
    with service.database.reading() as session:
        assert [each.slug for each in lti_courses.own_courses(session, arrival)] == ["deep-learning-2"]


def test_choice_is_answered_with_links_of_the_connected_course(service, platform, row):
    arrival = arrive(service, row, teacher(platform))
    with service.database.writing() as session:
        demo = session.scalar(select(Course))
        session.add(Membership(course_id=demo.id, user_id=arrival.user.id, role=Role.INSTRUCTOR))
    connect(service, arrival, "demo")
    arrival = arrive(service, row, teacher(platform))
    with service.database.reading() as session:
        names = [row.name for row, _title in lti_courses.exercises(service, session, arrival)]
        assert "single-neuron" in names
        exercises = lti_courses.choose(service, session, arrival, ["single-neuron", "unknown"])
        for wrong, sentence in ((["unknown"], "Choose an exercise"), (names[:2], "only one")):
            with pytest.raises(Unreadable, match=sentence):
                lti_courses.choose(service, session, arrival, wrong)
    platform.answers.append(lti_courses.answer(service, arrival, exercises, "https://grader.example"))
    item = platform.choice(lti_keys.key_set(service.database))[f"{DEEP_LINK}content_items"][0]
    assert item["custom"] == {"exercise": "single-neuron"} and item["url"] == "https://grader.example/lti/launch"
    assert item["lineItem"]["scoreMaximum"] > 0


def test_student_chooses_nothing(service, platform, row):
    connect(service, arrive(service, row, teacher(platform)), settings=course_settings.of_form(NEW))
    with pytest.raises(NotAllowed, match="Only an instructor"):
        arrive(service, row, platform.message(CHOICE))
    student = arrive(service, row, platform.message())
    with service.database.writing() as session:
        with pytest.raises(NotFound):
            lti_courses.exercises(service, session, student)
        with pytest.raises(NotFound):
            lti_courses.connect(session, student, "demo", None)


def test_connection_can_be_removed(service, platform, row, caller):
    context = connect(service, arrive(service, row, teacher(platform)), settings=course_settings.of_form(NEW))
    with service.database.writing() as session:
        own = session.get(Course, context.course_id)
        assert [each.id for each in lti_courses.connections_of(session, own)] == [context.id]
        with pytest.raises(NotFound):
            lti_courses.disconnect(session, caller("root"), course(service), context.id)
        lti_courses.disconnect(session, caller("root"), own, context.id)
    assert arrive(service, row, teacher(platform)).context is None
