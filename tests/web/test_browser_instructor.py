"""An instructor and a tutor in Chromium with nothing but a keyboard: course, people, dates, the desk, marks, and grading again."""

from __future__ import annotations

import pytest

from grader.service.tables import Role
from tests.conftest import ROOT

from .browsing import Browser, running_server

DEMO = "/c/demo/a/single-neuron"
WRONG = ROOT / "examples" / "single-neuron" / "wrong.py"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A server with an instructor, a tutor, an administrator, and two students of whom one has handed in."""
    roles = {"ada": Role.STUDENT, "zu": Role.STUDENT, "tom": Role.TUTOR, "iris": Role.INSTRUCTOR, "root": None}
    ids = {}
    for server, people in running_server(tmp_path_factory.mktemp("staff"), roles, {"zu": "祖沖之, “the younger”"}):
        for name, kind in (("ada", "attempt"), ("zu", "check")):
            ids[name] = server.hand_in(people[name], "single-neuron", "neuron.py", WRONG.read_bytes(), kind)
            server.wait_for(people[name], ids[name])
        yield server, people, ids


@pytest.fixture
def submissions(running):
    """Return {student: id of the submission}."""
    return running[2]


@pytest.fixture
def person(running, chromium):
    """Return a function that opens a browser for somebody."""
    opened = []

    def person(name):
        server, people, _ids = running
        opened.append(Browser(chromium, server, people[name]))
        return opened[-1]

    yield person
    for each in opened:
        each.close()


def test_instructor_creates_a_course_with_an_exercise_and_people(person):
    tab = person("root")
    tab.open("/")
    tab.press("Create a course")
    tab.page.wait_for_url("**/new-course")
    tab.write("Title", "Tiefes Lernen für Anfänger")
    tab.require_accessible()
    tab.press("Create the course")
    tab.page.wait_for_url("**/c/*")
    course = tab.page.url.removeprefix(tab.server.address).split("?")[0].removesuffix("/settings")
    tab.open(f"{course}/exercises/new")
    tab.require_accessible()
    tab.require_fits()
    tab.press("Add it")
    tab.page.wait_for_url(lambda url: "/exercises/new" not in url)
    tab.open(f"{course}/people")
    tab.press("Paste a list instead")
    tab.reach("List, with the titles of the columns in the first line")
    tab.page.keyboard.insert_text('login,name\nlin,"林, Ada"\nomar,عمر الخيام\n')
    tab.press("Add people")
    tab.wait_for("عمر الخيام")
    tab.require_accessible()
    tab.require_fits()


def test_tutor_marks_a_student_who_then_sees_the_comment(person, submissions):
    tab = person("tom")
    tab.open(DEMO)
    tab.press("Desk")
    tab.page.wait_for_url("**/desk*")
    tab.wait_for("52.5")  # the page loads itself again until its files are written
    assert "ada" in tab.text()
    tab.require_accessible()
    tab.require_fits()
    tab.press("ada")
    tab.page.wait_for_url("**/students/ada*")
    tab.require_accessible()
    tab.require_fits()
    comment = tab.page.get_by_label("Comment").first
    comment.focus()
    tab.page.keyboard.insert_text("Schöne Lösung 祖")
    tab.press("Save")
    tab.wait_for("The marks of ada are saved.")
    student = person("ada")
    student.open(f"/s/{submissions['ada']}")
    assert "Schöne Lösung 祖" in student.text()


def test_tutor_has_no_settings(person):
    tab = person("tom")
    tab.open(DEMO)
    assert "Settings of the exercise" not in tab.text()
    for path in ("/c/demo/settings", "/c/demo/people", f"{DEMO}/settings", f"{DEMO}/regrade", "/admin"):
        assert tab.page.goto(tab.server.address + path).status == 404, path


STAFF_PAGES = [
    "/c/demo",
    DEMO,
    "/c/demo/settings",
    "/c/demo/people",
    "/c/demo/exercises/new",
    f"{DEMO}/settings",
    f"{DEMO}/extensions",
    f"{DEMO}/regrade",
    f"{DEMO}/desk",
    f"{DEMO}/desk/everybody",
]


@pytest.mark.parametrize("path", STAFF_PAGES)
def test_page_of_an_instructor_is_accessible_and_fits(person, path):
    tab = person("iris")
    tab.open(path)
    tab.require_accessible()
    tab.require_fits()


@pytest.mark.parametrize("path", ["/", "/admin", "/admin/queue", "/admin/users", "/admin/retention", "/admin/audit"])
def test_page_of_an_administrator_is_accessible_and_fits(person, path):
    tab = person("root")
    tab.open(path)
    tab.require_accessible()
    tab.require_fits()
