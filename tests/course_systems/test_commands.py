"""From the course system and back, with the commands that an instructor types."""

from __future__ import annotations

import csv

import pytest

from tests.conftest import ROOT
from tests.course_systems import canvas_server, moodle_server

EXAMPLES = ROOT / "examples" / "single-neuron"
VARIABLE = "GRADER_COURSE_TOKEN"


def names_of(server):
    server.add(1, "Änne Müller")
    server.add(2, "Max Muster")
    server.add(3, "Nobody")
    server.hand_in(1, [("single_neuron.py", (EXAMPLES / "wrong.py").read_bytes())])
    server.hand_in(2, [("thesis.pdf", b"%PDF-1.7")])


@pytest.mark.parametrize("system", ["canvas", pytest.param("moodle", marks=pytest.mark.long)])
def test_class_goes_from_the_course_system_to_the_gradebook_and_back(
    system, request, grader_here, monkeypatch, tmp_path
):
    server = request.getfixturevalue(system)
    names_of(server)
    monkeypatch.setenv(VARIABLE, {"canvas": canvas_server, "moodle": moodle_server}[system].TOKEN)
    fetched = grader_here("fetch", server.page, "--out", "class")
    assert fetched.returncode == 0, fetched.stderr
    assert fetched.stdout.splitlines()[-1] == "Next: grader grade ASSIGNMENT class --out DIR"
    graded = grader_here("grade", "single-neuron", "class", "--out", "out", "--jobs", 1, "--seed", 0)
    assert graded.returncode == 0, graded.stderr
    rows = {row["id"]: row for row in csv.DictReader((tmp_path / "out" / "gradebook.csv").open())}
    assert {key: row["status"] for key, row in rows.items()} == {
        "1": "graded",
        "2": "unreadable",
        "3": "not_submitted",
    }
    shown = grader_here("return", "out")
    assert "To send 1 change, add --send." in shown.stdout
    returned = grader_here("return", "out", server.page, "--send")
    assert returned.returncode == 0, returned.stderr
    assert "1 of 1 change" in returned.stdout
    marks = {1: 52.5, 2: None, 3: None}
    if system == "canvas":
        assert {key: each["score"] for key, each in server.submissions.items()} == marks
        assert server.submissions[1]["submission_comments"][0]["comment"] == rows["1"]["comment"]
    else:
        assert {key: server.grades.get(key, (None, ""))[0] for key in marks} == marks
    again = grader_here("return", "out", "--send")
    assert "has everything already" in again.stdout
    with_pages = grader_here("return", "out", "--send", "--pages")
    if system == "canvas":
        assert "1 of 1 change" in with_pages.stdout, with_pages.stderr
        assert b"gradients" in server.uploaded[0]
        assert "authorization" not in server.store_asked[-1].headers
        assert "has everything already" in grader_here("return", "out", "--send", "--pages").stdout
    else:
        assert "takes no pages" in with_pages.stderr
    for text in (fetched, graded, shown, returned, again):
        assert server.token not in text.stdout + text.stderr


@pytest.mark.long
def test_marks_that_went_by_a_file_are_those_of_the_grader(canvas, grader_here, monkeypatch, tmp_path):
    names_of(canvas)
    monkeypatch.setenv(VARIABLE, canvas_server.TOKEN)
    (tmp_path / "gradebook.csv").write_text("Student,ID,Section,A neuron (345)\nÄnne Müller,1,A,\n")
    grader_here("fetch", canvas.page, "--out", "class")
    options = ("--out", "out", "--jobs", 1, "--seed", 0, "--canvas", "gradebook.csv", "--column", "345")
    graded = grader_here("grade", "single-neuron", "class", *options)
    assert graded.returncode == 0, graded.stderr
    canvas.submissions[1]["entered_score"] = 52.5  # imported by hand
    (tmp_path / "overrides.csv").write_text("student,check,points,comment\n1,,60,Shown in person.\n")
    assert grader_here("grade", "single-neuron", "class", *options).returncode == 0
    assert grader_here("return", "out", "--send").returncode == 0
    assert canvas.submissions[1]["score"] == 60.0


def test_results_that_cannot_be_returned_are_refused(canvas, grader_here, monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, canvas_server.TOKEN)
    (tmp_path / "empty").mkdir()
    assert "has no gradebook.csv" in grader_here("return", "empty", canvas.page).stderr
    (tmp_path / "gradebook.csv").write_text("student,id,status,score,max_score,comment\nMax,2,graded,1,2,\n")
    assert "The address of the assignment is missing" in grader_here("return", "gradebook.csv").stderr
    assert "the address of the gradebook" in grader_here("return", ".", f"{canvas.url}/courses/1/gradebook").stderr
    monkeypatch.delenv(VARIABLE)
    missing = grader_here("return", ".", canvas.page)
    assert (missing.returncode, "A token is missing" in missing.stderr) == (2, True)
    assert "characters that no token has" in grader_here("return", ".", canvas.page, "--token", "a\nb").stderr
