"""An instructor connects a course and chooses exercises within the frame of the course system, without a sign-in."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from grader.service.lti_tables import LtiContext, LtiResource
from grader.service.outside_tables import Identity
from grader.service.tables import Course, Exercise, Membership, Role
from tests.lti import platform as lti
from tests.lti.platform import CHOICE, DEEP_LINK, RESOURCE, Platform, fields_of
from tests.service.lti import register
from tests.web.lti import TOOL, browser, choose, connected, send, teacher

SEVERAL = {
    f"{DEEP_LINK}deep_linking_settings": {
        "deep_link_return_url": "https://lms.example/return?a=b",
        "accept_types": ["ltiResourceLink"],
        "accept_multiple": True,
    }
}
NEW = {"course": "/new", "title": "Deep Learning", "time_zone": "Europe/Berlin"}


@pytest.fixture(scope="module")
def platform():
    with Platform(TOOL) as running:
        yield running


@pytest.fixture
def row(service, platform):
    return register(service, platform)


def choice(client, platform, page):
    """Send the choice of an answering page to the course system, and return the chosen items."""
    platform.answers.append(fields_of(page.text)["JWT"])
    return platform.choice(client.get("/lti/jwks.json").json())[f"{DEEP_LINK}content_items"]


@pytest.mark.quick
def test_first_choice_connects_a_new_course_and_adds_the_exercise(service, app, platform, row):
    client = browser(app)
    page = choose(client, platform, teacher(platform))
    assert "opened here for the first time" in page.text and "Deep Learning 2026" in page.text
    page = send(client, page, "/lti/connect", **NEW)
    assert "Exercises that come with the grader" in page.text
    page = send(client, page, "/lti/exercises", exercise="single-neuron")
    assert f"form-action {platform.address};" in page.headers["content-security-policy"]
    (item,) = choice(client, platform, page)
    assert (item["custom"], item["url"]) == ({"exercise": "single-neuron"}, f"{TOOL}/lti/launch")
    assert "grader_login" not in str(client.cookies)
    with service.database.reading() as session:
        course = session.scalar(select(Course).where(Course.slug == "deep-learning"))
        exercise = session.scalar(select(Exercise).where(Exercise.course_id == course.id))
        assert (exercise.name, exercise.is_hidden, course.time_zone) == ("single-neuron", False, "Europe/Berlin")
        teacher_id = session.scalar(select(Identity.user_id).where(Identity.subject == "teacher"))
        assert session.get(Membership, (course.id, teacher_id)).role == Role.INSTRUCTOR
    student = lti.launch(browser(app), platform, platform.message(custom=item["custom"]))
    assert student.headers["location"] == "/c/deep-learning/a/single-neuron"


def test_several_exercises_are_chosen_if_the_course_system_accepts_them(service, app, platform):
    connected(service, platform)
    client = browser(app)
    page = choose(client, platform, teacher(platform, CHOICE, **SEVERAL))
    assert 'type="checkbox"' in page.text
    again = send(client, page, "/lti/exercises")
    assert again.status_code == 422 and "Choose an exercise" in again.text
    page = send(client, again, "/lti/exercises", exercise=["single-neuron", "gates"])
    assert "form-action https://lms.example;" in page.headers["content-security-policy"]
    assert 'action="https://lms.example/return?a=b"' in page.text
    assert [item["custom"]["exercise"] for item in choice(client, platform, page)] == ["single-neuron", "gates"]


def test_form_works_once(service, app, platform):
    connected(service, platform)
    client = browser(app)
    page = choose(client, platform, teacher(platform))
    assert send(client, page, "/lti/exercises", exercise="gates").status_code == 200
    assert send(client, page, "/lti/exercises", exercise="gates").status_code == 403


def test_form_of_another_site_is_refused(service, app, platform):
    connected(service, platform)
    client = browser(app)
    page = choose(client, platform, teacher(platform))
    client.headers["Origin"] = "https://evil.example"
    assert send(client, page, "/lti/exercises", exercise="gates").status_code == 403
    for path in ("/lti/connect", "/lti/exercises", "/lti/window", "/lti/storage"):
        client.headers["Origin"] = TOOL
        assert client.post(path, data={"secret": "guess"}).status_code == 403


def test_link_without_an_exercise_gets_one_from_the_instructor(service, app, platform):
    connected(service, platform)
    message = {"link": "made-by-hand"}
    student = lti.launch(browser(app), platform, platform.message(**message))
    assert student.status_code == 409 and "has not chosen yet" in student.text
    client = browser(app)
    page = lti.launch(client, platform, teacher(platform, RESOURCE, **message))
    assert "made without an exercise" in page.text
    answer = send(client, page, "/lti/exercises", exercise="gates")
    assert answer.headers["location"] == "/c/demo/a/gates" and client.get("/c/demo/a/gates").status_code == 200
    student = lti.launch(browser(app), platform, platform.message(**message))
    assert student.headers["location"] == "/c/demo/a/gates"


def test_course_of_somebody_else_cannot_be_connected(service, app, platform, row):
    client = browser(app)
    page = choose(client, platform, teacher(platform))
    again = send(client, page, "/lti/connect", course="demo")
    assert again.status_code == 404 and "Nothing was changed" in again.text
    assert send(client, again, "/lti/connect").status_code == 422
    with service.database.reading() as session:
        assert session.scalar(select(LtiContext)) is None


def test_copied_course_of_the_next_term_gets_the_exercises_of_the_old_one(service, app, platform, row):
    client = browser(app)
    page = send(client, choose(client, platform, teacher(platform)), "/lti/connect", **NEW)
    send(client, page, "/lti/exercises", exercise="gates")
    copy = {"context": {"id": "context-2", "title": "Deep Learning 2027"}, "custom": {"exercise": "gates"}}
    student = lti.launch(browser(app), platform, platform.message(link="2", **copy))
    assert student.status_code == 409 and "your instructor has to open the exercise once" in student.text
    page = lti.launch(client, platform, teacher(platform, RESOURCE, link="2", **copy))
    assert "Those of Deep Learning" in page.text
    fields = {"course": "/new", "title": "Deep Learning 2027", "time_zone": "UTC", "model": "deep-learning"}
    assert send(client, page, "/lti/connect", **fields).headers["location"] == "/c/deep-learning-2027/a/gates"
    student = lti.launch(browser(app), platform, platform.message(link="2", **copy))
    assert student.headers["location"] == "/c/deep-learning-2027/a/gates"
    with service.database.reading() as session:
        assert session.query(LtiResource).count() == 1


def test_missing_exercise_of_a_copied_course_is_offered(service, app, platform, row):
    client = browser(app)
    message = teacher(platform, RESOURCE, custom={"exercise": "gates"})
    page = send(client, lti.launch(client, platform, message), "/lti/connect", **NEW)
    assert "names the exercise gates" in page.text and re.search(r'value="gates"[^>]* checked', page.text)
    answer = send(client, page, "/lti/exercises", exercise="gates")
    assert answer.headers["location"] == "/c/deep-learning/a/gates"


def test_course_opens_signed_in_in_a_new_window_once(service, app, platform):
    connected(service, platform)
    client = browser(app)
    page = choose(client, platform, teacher(platform))
    secret = re.findall(r'name="secret" value="([^"]+)"', page.text)[-1]
    answer = client.post("/lti/window", data={"secret": secret})
    assert answer.headers["location"] == "/c/demo/exercises/new"
    assert client.get("/c/demo/exercises/new").status_code == 200
    assert client.post("/lti/window", data={"secret": secret}).status_code == 403
