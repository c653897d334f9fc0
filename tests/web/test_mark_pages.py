"""Points and comments by hand: the form keeps what it refuses, and the student sees the marks in the report."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import select

from grader.service import courses
from grader.service.tables import Course, Version
from tests.service import exercises
from tests.service.kept_results import EXERCISE, hand_in
from tests.web.test_desk_pages import DESK, form

ADA = f"{DESK}/students/ada"


@pytest.fixture
def tom(browser):
    return browser("tom")


def hidden(page):
    """Return the hidden fields of the form."""
    values = {name: page.text.split(f'name="{name}" value="')[1].split('"')[0] for name in ("sha256", "marks")}
    return form(page) | values


def test_student_sees_marks_and_comment(tom, browser, service):
    submission = hand_in(service, "ada", 0.5)
    fields = hidden(tom.get(ADA)) | {"points:sigmoid": "4,5", "comment:sigmoid": "Nearly <right>."}
    answer = tom.post(ADA, data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{ADA}?saved=ada")
    page = browser("ada").get(f"/s/{submission}")
    assert "Nearly &lt;right&gt;." in page.text
    assert "Tom" not in page.text
    assert "52" in page.text


MANUAL = """  - name: essay
    title: The essay explains doubling
    kind: manual
    points: 10
    rubric:
      - {title: It is short, points: 4, description: At most a page.}
      - {title: It is right, points: 6}
"""


@pytest.fixture
def essays(service):
    """The address of the desk of an exercise with a part that a person marks; Ada and Ben handed in."""
    with service.database.writing() as session:
        course = session.scalar(select(Course))
        blob = service.blobs.put(
            exercises.exercise(assignment_yaml=exercises.YAML.replace("known_wrong:", f"{MANUAL}known_wrong:"))
        )
        version = Version(name="doubling", digest="1", blob=blob)
        session.add(version)
        session.flush()
        courses.add_exercise(session, course, version)
    for name in ("ada", "ben"):
        hand_in(service, name, 1.0, exercise="doubling")
    return "/c/demo/a/doubling/desk"


def test_parts_for_a_person_are_marked_one_student_after_the_other(tom, essays):
    tom.get(f"{essays}/files/gradebook.csv")
    assert f"{essays}/students/ada" in tom.get(essays).text.split("To mark by hand")[1]
    page = tom.get(f"{essays}/students/ada")
    for text in ("It is short", "At most a page.", "Save, and mark the next one"):
        assert text in page.text
    answer = tom.post(f"{essays}/students/ada", data=hidden(page) | {"points:essay": "7", "next": "yes"})
    assert answer.headers["location"] == f"{essays}/students/ben?saved=ada"
    page = tom.get(answer.headers["location"])
    assert "The marks of Ada are saved." in page.text
    tom.post(f"{essays}/students/ben", data=hidden(page) | {"points:essay": "10"})
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(tom.get(f"{essays}/files/gradebook.csv").text))}
    assert {name: (row["score"], row.get("provisional", "")) for name, row in rows.items()} == {
        "ada": ("17", ""),
        "ben": ("20", ""),
    }
    assert "To mark by hand" not in tom.get(essays).text


def test_refused_points_stay_in_the_form(tom, service):
    hand_in(service, "ada", 0.5)
    fields = hidden(tom.get(ADA)) | {"points:": "many", "comment:": "Please keep this."}
    answer = tom.post(ADA, data=fields)
    assert answer.status_code == 422
    for text in ("Nothing was saved.", 'value="many"', "Please keep this."):
        assert text in answer.text


def test_marks_of_two_people_at_once_are_not_lost(tom, service):
    hand_in(service, "ada", 0.5)
    fields = hidden(tom.get(ADA))
    tom.post(ADA, data=fields | {"comment:": "The first."})
    answer = tom.post(ADA, data=fields | {"comment:": "The second."})
    assert answer.status_code == 409
    assert "The second." in answer.text


def test_student_without_a_submission_can_get_points(tom, browser):
    page = tom.get(ADA)
    assert "Nothing was handed in." in page.text
    tom.post(ADA, data=hidden(page) | {"points:": "40"})
    assert "40" in tom.get(f"{DESK}/files/gradebook.csv").text


def test_check_is_taken_out_for_everybody(tom, service):
    hand_in(service, "ada", 0.5)
    page = tom.get(f"{DESK}/everybody")
    answer = tom.post(f"{DESK}/everybody", data=hidden(page) | {"points:loss": "out"})
    assert answer.status_code == 303
    assert "taken out" in tom.get(f"{DESK}/files/gradebook.csv").text


@pytest.mark.parametrize("name", ["tom", "nobody", "root", "%00", "%2e%2e", "ada/x", "*"])
def test_people_outside_the_class_have_no_form(tom, name):
    assert tom.get(f"{DESK}/students/{name}").status_code == 404
    assert tom.post(f"{DESK}/students/{name}", data=form(tom.get(ADA))).status_code == 404


def test_students_cannot_give_marks(browser, service):
    hand_in(service, "ada", 0.5)
    student = browser("ada")
    fields = form(student.get("/")) | {"points:": "100"}
    assert student.post(ADA, data=fields).status_code == 404
    assert student.post(f"{DESK}/everybody", data=fields).status_code == 404


@pytest.mark.parametrize(
    "fields", [{}, {"points:nothing": "1"}, {"points:": "1" * 5000}, {"marks": "x", "points:": "1"}]
)
def test_unusual_forms_are_answered(tom, fields):
    assert tom.post(ADA, data=form(tom.get(ADA)) | fields).status_code in (303, 409, 422)


def test_name_of_any_script_is_in_the_address(tom, service, caller):
    from grader.service.tables import Membership, Role, User

    name = f"{EXERCISE} \u4e2d?&#+ü"
    with service.database.writing() as session:
        course = session.query(Membership).first().course_id
        user = User(name=name, full_name='\u202eאבג, "x"')
        session.add(user)
        session.flush()
        session.add(Membership(course_id=course, user_id=user.id, role=Role.STUDENT))
    hand_in(service, name, 1.0)
    assert tom.get(f"{DESK}/files/gradebook.csv").status_code == 200
    page = tom.get(DESK)
    links = [part.split('"')[0] for part in page.text.split('href="') if f"{DESK}/students/" in part.split('"')[0]]
    for link in links:
        own = tom.get(link)
        assert own.status_code == 200
        action = own.text.split('<form method="post" action="')[2].split('"')[0]
        assert tom.post(action, data=hidden(own) | {"points:": "3"}).status_code == 303
