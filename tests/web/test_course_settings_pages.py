"""Instructors create courses and change their settings; nobody else can."""

from __future__ import annotations

import re

import pytest

from grader.service.tables import Course, Membership, Role, User
from tests.lti.platform import Platform
from tests.web.lti import connected

FORM = {
    "title": "Maschinelles Lernen für Übungen",
    "slug": "",
    "time_zone": "Europe/Berlin",
    "registration": "link",
    "check_days": "30",
    "attempt_days": "365",
}


def test_instructor_creates_a_course_whose_address_comes_from_its_title(form, service):
    answer = form("iris", "/new-course", **FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, "/c/maschinelles-lernen-fuer-uebungen")
    with service.database.reading() as session:
        course = session.query(Course).filter_by(slug="maschinelles-lernen-fuer-uebungen").one()
        iris = session.query(User).filter_by(name="iris").one()
        assert session.get(Membership, (course.id, iris.id)).role == Role.INSTRUCTOR
        assert course.time_zone == "Europe/Berlin"


def test_same_title_twice_and_titles_without_latin_letters_get_addresses(form):
    for location in ("/c/deep-learning", "/c/deep-learning-2"):
        assert form("iris", "/new-course", **FORM | {"title": "Deep Learning"}).headers["location"] == location
    assert form("iris", "/new-course", **FORM | {"title": "深度学习"}).headers["location"].startswith("/c/course-")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": " "}, "The title is missing"),
        ({"slug": "Deep Learning"}, "cannot be part of an address"),
        ({"slug": "demo"}, "Another course has the address"),
        ({"time_zone": "Mars"}, "not a time zone"),
        ({"check_days": "0"}, "Days for self-checks: enter a whole number from 1 to 3,650"),
        ({"attempt_days": "²"}, "Days for graded attempts"),
        ({"registration": "all"}, "how people join"),
    ],
)
def test_mistake_is_named_and_the_form_keeps_what_was_entered(form, change, sentence):
    answer = form("iris", "/new-course", **FORM | change)
    assert answer.status_code in (409, 422)
    assert sentence.replace("3,650", "3650") in answer.text
    assert change.get("title", FORM["title"]) in answer.text


@pytest.mark.parametrize("name", ["ada", "tom"])
def test_only_instructors_create_and_change_courses(browser, name):
    client = browser(name)
    for page in ("/new-course", "/c/demo/settings", "/c/demo/exercises/new"):
        assert client.get(page).status_code == 404
    assert browser("root").get("/new-course").status_code == 200


def test_settings_are_changed_and_the_course_is_archived(form, service, browser):
    answer = form("iris", "/c/demo/settings", **FORM | {"title": "New", "check_days": "7"})
    assert answer.headers["location"] == "/c/demo/settings?saved=1"
    assert "Your changes are saved" in browser("iris").get(answer.headers["location"]).text
    form("iris", "/c/demo/settings", "/c/demo/settings/archive", archived="1")
    with service.database.reading() as session:
        course = session.query(Course).one()
        assert (course.title, course.check_days, course.slug) == ("New", 7, "demo")
        assert course.archived is not None
    form("iris", "/c/demo/settings", "/c/demo/settings/archive", archived="0")
    assert "archived" not in browser("ada").get("/c/demo").text


def test_only_those_who_may_create_a_course_see_the_button(browser):
    seen = {name: "/new-course" in browser(name).get("/").text for name in ("ada", "tom", "iris", "root")}
    assert seen == {"ada": False, "tom": False, "iris": True, "root": True}


def test_instructor_disconnects_a_course_of_a_course_system(service, form, browser):
    with Platform("https://grader.example") as platform:
        connected(service, platform)
    page = browser("iris").get("/c/demo/settings").text
    context = re.search(r'name="context" value="(\w+)"', page)[1]
    assert "Deep Learning 2026 (Test LMS)" in page
    assert browser("tom").post("/c/demo/settings/disconnect", data={"context": context}).status_code == 404
    form("iris", "/c/demo/settings", "/c/demo/settings/disconnect", context=context)
    assert "Deep Learning 2026" not in browser("iris").get("/c/demo/settings").text
