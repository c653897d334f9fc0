"""The desk is for staff only; its pages, downloads and course files are those of the class as it is now."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest
from sqlalchemy import select

from grader.course_systems import returning
from grader.service import desk_process
from grader.service.tables import Audit, Exercise
from tests.service.kept_results import EXERCISE, hand_in

DESK = f"/c/demo/a/{EXERCISE}/desk"
CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section,Neuron (1)\nPoints Possible,,,,,100\nAda,1,ada,ada,A,\nZoe,2,zoe,zoe,A,\n"


def form(page):
    """Return the field of a page that protects its forms."""
    return {"csrf": page.text.split('name="csrf" value="')[1].split('"')[0]}


@pytest.fixture
def tom(browser, service):
    """A browser of the tutor of a class in which Ada handed in."""
    hand_in(service, "ada", 0.5)
    client = browser("tom")
    client.get(f"{DESK}/files/gradebook.csv")
    return client


@pytest.mark.parametrize(
    "path", ["", "/class/index.html", "/files/gradebook.csv", "/files/submissions.zip", "/students/ada", "/everybody"]
)
def test_students_find_no_desk(browser, path):
    for name in ("ada", "ben"):
        assert browser(name).get(DESK + path).status_code == 404
    assert browser().get(DESK + path).status_code == 303


def test_desk_lists_the_students_and_leads_to_everything(tom):
    page = tom.get(DESK)
    assert page.status_code == 200
    for text in (f"{DESK}/students/ada", f"{DESK}/class/instructor/Ada_ada.html", "50", "not submitted"):
        assert text in page.text


def test_class_page_may_run_its_own_script_and_no_other(tom):
    page = tom.get(f"{DESK}/class/index.html")
    policy = page.headers["content-security-policy"]
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "script-src 'sha256-" in policy and "'self'" not in policy.split("script-src")[1].split(";")[0]
    assert "instructor/Ada_ada.html" in page.text


def test_pages_of_the_class_lead_to_the_desk_and_to_the_marks(tom):
    assert f'href="{DESK}"' in tom.get(f"{DESK}/class/index.html").text
    assert f'href="{DESK}/students/ada"' in tom.get(f"{DESK}/class/instructor/Ada_ada.html").text
    assert DESK not in tom.get(f"{DESK}/class/reports/Ada_ada.html").text


def test_only_files_for_people_are_sent(tom):
    expected = {
        "copies.html": 200,
        "instructor/Ada_ada.html": 200,
        "reports/Ada_ada.html": 200,
        "instructor/Ada_ada.json": 200,
        "instructor/nobody.html": 404,
        "grading.sqlite": 404,
        "desk.json": 404,
        ".lock": 404,
        "../given/canvas.csv": 404,
        "instructor/../grading.sqlite": 404,
        "%2e%2e/%2e%2e/grader.sqlite": 404,
        "index.html%00": 404,
        "summary.json": 404,
    }
    answers = {path: tom.get(f"{DESK}/class/{path}") for path in expected}
    assert {path: answer.status_code for path, answer in answers.items()} == expected
    assert answers["instructor/Ada_ada.json"].headers["content-disposition"].startswith("attachment")


def test_gradebook_is_current(tom, service):
    hand_in(service, "ben", 1.0)
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(tom.get(f"{DESK}/files/gradebook.csv").text))}
    assert (rows["ada"]["score"], rows["ben"]["score"]) == ("50", "100")


def test_gradebook_can_be_returned_to_a_course_system(tom, tmp_path):
    path = tmp_path / "single-neuron.csv"
    path.write_bytes(tom.get(f"{DESK}/files/gradebook.csv").content)
    ada = next(line for line in returning.read(path).lines if line.identity == "ada")
    assert (ada.name, ada.score, ada.max_score, bool(ada.comment)) == ("Ada", 50.0, 100.0, True)


def test_summary_has_no_seed(tom, service):
    document = tom.get(f"{DESK}/files/summary.json").json()
    assert "seed" not in document
    assert document["students"] == {"graded": 1, "not_submitted": 1}


def test_all_reports_are_in_one_file(tom):
    archive = zipfile.ZipFile(io.BytesIO(tom.get(f"{DESK}/files/reports.zip").content))
    assert archive.namelist() == ["Ada_ada.html"]


def test_canvas_gradebook_comes_back_with_the_points(tom):
    page = tom.get(DESK)
    fields = {**form(page), "system": "canvas", "column": "Neuron"}
    answer = tom.post(f"{DESK}/sheets", data=fields, files={"file": ("grades.csv", CANVAS.encode())})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{DESK}#sheets")
    filled = tom.get(f"{DESK}/files/canvas.csv")
    ada = next(row for row in csv.reader(io.StringIO(filled.text)) if "Ada" in row)
    assert ada[-1] == "50"
    assert "Zoe" in tom.get(DESK).text
    tom.post(f"{DESK}/sheets/canvas/delete", data=form(page))
    assert tom.get(f"{DESK}/files/canvas.csv").status_code == 404


MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (grade),Feedback comments\n"
    "Participant 11,Ada,ada@example.org,Submitted for grading,,100.00,Yes,-,\n"
)


def test_moodle_worksheet_comes_back_with_points_and_comments(tom):
    fields = {**form(tom.get(DESK)), "system": "moodle"}
    answer = tom.post(f"{DESK}/sheets", data=fields, files={"file": ("Grades-\u00fc.csv", MOODLE.encode())})
    assert answer.status_code == 303
    row = next(csv.DictReader(io.StringIO(tom.get(f"{DESK}/files/moodle.csv").text)))
    assert float(row["Grade"]) == 50
    assert "partial" in row["Feedback comments"]


def test_wrong_file_of_a_course_system_is_refused_and_not_kept(tom):
    fields = {**form(tom.get(DESK)), "system": "canvas"}
    for content in (b"", b"no gradebook", b"\xff\xfe\x00", b"Student,ID\n" + b"\0" * 10):
        answer = tom.post(f"{DESK}/sheets", data=fields, files={"file": ("grades.csv", content)})
        assert answer.status_code == 422, content
        assert 'role="alert"' in answer.text
    assert tom.get(f"{DESK}/files/gradebook.csv").status_code == 200


def test_failed_run_is_shown_with_a_button(tom, service, monkeypatch):
    monkeypatch.setattr(desk_process, "run", lambda *_: "The disk is full.")
    hand_in(service, "ben", 1.0)
    page = tom.get(DESK)
    assert "The disk is full." in page.text
    assert tom.get(f"{DESK}/files/gradebook.csv").status_code == 503
    monkeypatch.undo()
    tom.post(f"{DESK}/retry", data=form(page))
    assert tom.get(f"{DESK}/files/gradebook.csv").status_code == 200


def test_look_of_an_admin_is_kept(browser, service):
    browser("root").get(f"{DESK}/students/ada")
    with service.database.reading() as session:
        assert session.scalar(select(Audit.what).where(Audit.what == "looked at a class"))


def test_class_in_german_is_german(tom):
    tom.cookies.set("grader_language", "de")
    assert '<html lang="de"' in tom.get(f"{DESK}/class/index.html").text


def test_no_page_has_the_seed(tom, service):
    with service.database.reading() as session:
        exercise = session.scalar(select(Exercise).where(Exercise.name == EXERCISE))
        from grader.service.tables import Seed

        seeds = [str(seed) for seed in session.scalars(select(Seed.seed).where(Seed.exercise_id == exercise.id))]
    pages = [tom.get(DESK), tom.get(f"{DESK}/class/index.html"), tom.get(f"{DESK}/files/summary.json")]
    pages += [tom.get(f"{DESK}/class/instructor/Ada_ada.json"), tom.get(f"{DESK}/students/ada")]
    text = json.dumps([page.text for page in pages])
    assert [seed for seed in seeds if seed in text] == []
