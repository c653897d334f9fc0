"""An instructor builds a course in a real browser with the keyboard: people from Moodle, an own exercise, dates, and grading again."""

from __future__ import annotations

import pytest

from grader.service.tables import Role
from tests.service.exercises import FILES, exercise
from tests.web.browsing import NARROW, Browser, running_server

MOODLE = "Vorname;Nachname;E-Mail-Adresse;Gruppen\nJürgen;Müller;jm@uni.de;Gruppe A\nמרים;לוי;miri@uni.de;\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("instructor")
    yield from running_server(folder, {"iris": Role.INSTRUCTOR, "ada": Role.STUDENT}, {"ada": "Ada Lovelace"})


@pytest.fixture
def browser(server, chromium):
    live, people = server
    opened = Browser(chromium, live, people["iris"])
    yield opened
    opened.close()


def points(live, person, submission):
    """Return the points of a submission as the API shows them to its student."""
    live.wait_for(person, submission)
    return live._request(person, "GET", f"/api/v1/submissions/{submission}/report")["score"]


def look(browser):
    """Require that a page is accessible and fits on a phone and a large screen."""
    browser.require_accessible()
    browser.require_fits(NARROW, {"width": 1920, "height": 1000})


@pytest.mark.long
def test_course_with_people_and_an_own_exercise(browser, tmp_path):
    browser.open("/new-course")
    look(browser)
    browser.write("Title", "Übungen zum maschinellen Lernen")
    browser.press("Create the course")
    browser.wait_for("There are no exercises yet")
    course = "/c/uebungen-zum-maschinellen-lernen"
    look(browser)

    (tmp_path / "Teilnehmer.csv").write_text(MOODLE, encoding="utf-16")
    browser.open(f"{course}/people")
    browser.choose_file("CSV file", tmp_path / "Teilnehmer.csv")
    browser.press("Add people")
    browser.wait_for("2 new accounts.")
    assert "Jürgen Müller" in browser.text() and "מרים לוי" in browser.text()
    look(browser)
    browser.press("Jürgen Müller")
    browser.wait_for("Login name:")
    look(browser)

    (tmp_path / "doubling.zip").write_bytes(exercise())
    browser.open(f"{course}/exercises/new")
    look(browser)
    browser.choose_file("Folder of the exercise as a zip file", tmp_path / "doubling.zip")
    browser.press("Upload and validate")
    browser.wait_for("The exercise is sound.", 120)
    look(browser)
    browser.press("Add the exercise 'doubling'")
    browser.wait_for("Settings of the exercise")
    look(browser)
    browser.write("Hours of grace", "-1")
    browser.press("Save")
    browser.wait_for("Nothing was changed.")
    assert "Hours of grace: '-1' is not possible." in browser.text()
    browser.write("Hours of grace", "2")
    browser.press("Save")
    browser.wait_for("Your changes are saved.")
    browser.open(f"{course}/settings")
    look(browser)


@pytest.mark.long
def test_new_version_is_compared_before_it_counts(browser, server):
    live, people = server
    pages = browser.page.request

    def upload(**changes):
        browser.open("/c/demo/exercises/new")
        files = {"file": {"name": "d.zip", "mimeType": "application/zip", "buffer": exercise(**changes)}}
        token = browser.page.locator("input[name=csrf]").first.get_attribute("value")
        answer = pages.post(f"{live.address}/c/demo/exercises/new", multipart={"csrf": token, **files})
        browser.open(answer.url.removeprefix(live.address))
        browser.wait_for("The exercise is sound.", 120)

    upload()
    browser.press("Add the exercise 'doubling'")
    browser.wait_for("Settings of the exercise")
    browser.page.get_by_label("Hidden from students").uncheck()
    browser.press("Save")
    browser.wait_for("Your changes are saved.")
    attempt = live.hand_in(people["ada"], "doubling", "ada.py", FILES["solution.py"].encode(), "attempt")
    assert points(live, people["ada"], attempt) == 10

    upload(assignment_yaml=FILES["assignment.yaml"].replace("points: 10", "points: 20"))
    browser.press("First grade old attempts with it")
    browser.wait_for("The new results do not count at first.")
    look(browser)
    browser.page.get_by_role("button", name="Grade again").click()
    browser.wait_for("Nothing counts before you decide", 120)
    assert "Ada Lovelace" in browser.text() and "+10" in browser.text()
    look(browser)
    assert points(live, people["ada"], attempt) == 10
    browser.press("Accept the new results")
    browser.wait_for("The new results count.")
    assert points(live, people["ada"], attempt) == 20
    browser.open("/c/demo/a/doubling/extensions")
    look(browser)
    browser.open("/c/demo/a/numpy-mnist/board")
    look(browser)
