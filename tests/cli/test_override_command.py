"""Tests of ``grader override``: one command writes a mark and the pages, a second one the gradebooks."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import datetime

import pytest
from click.testing import CliRunner

from grader.cli import main
from tests.batch.conftest import class_zip, grade, grade_once, gradebook, graded_folders  # noqa: F401, fixtures
from tests.doubling import RIGHT, WRONG

CLASS = {
    "anna_1_1_answer.py": WRONG,
    "annasmith_2_2_answer.py": RIGHT,
    "annasmith_3_3_answer.py": WRONG,
    "müller_4_4_answer.py": WRONG,
}


@pytest.fixture
def out(grade_once):  # noqa: F811
    return grade_once(CLASS)


@pytest.fixture
def override(grader, out):
    def run(*words):
        return grader("override", out, *words)

    return run


def lines(out):
    with open(out / "overrides.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def report_of(out, name):
    return json.loads((out / "instructor" / f"{name}.json").read_text())


def test_mark_is_written_and_shown(override, out, grade, class_zip, gradebook):  # noqa: F811
    result = override("müller", "--check", "double", "--points", "8", "--comment", "Nearly, see 3.", "--by", "ada")
    assert result.returncode == 0, result.stderr
    (line,) = lines(out)
    assert datetime.fromisoformat(line.pop("at")).utcoffset() is not None
    assert line == {
        "student": "müller",
        "check": "double",
        "points": "8",
        "comment": "Nearly, see 3.",
        "by": "ada",
        "sha256": hashlib.sha256(WRONG.encode()).hexdigest(),
    }
    assert report_of(out, "müller_4")["checks"][0]["score"] == 8
    assert "Run the same 'grader grade' command again" in result.stdout
    again = grade(class_zip(CLASS))
    assert ", 0 graded now" in again.stdout and gradebook()["4"]["double"] == "8"
    assert override("müller", "--points", "11").returncode == 0  # the total is another line
    assert [line["check"] for line in lines(out)] == ["double", ""]
    assert report_of(out, "müller_4")["score"] == 11


def test_second_mark_changes_the_line_and_keeps_the_comment(override, out):
    override("anna", "--check", "double", "--points", "8", "--comment", "Good.")
    override("1", "--check", "double", "--points", "9,5")
    assert [(line["points"], line["comment"]) for line in lines(out)] == [("9.5", "Good.")]
    override("anna", "--check", "double", "--points", "")
    assert [(line["points"], line["comment"]) for line in lines(out)] == [("", "Good.")]
    assert report_of(out, "anna_1")["checks"][0]["evidence"]["by_hand"]["comment"] == "Good."


def test_mark_for_a_newer_file_is_given_again(override, out, grade, class_zip, gradebook):  # noqa: F811
    override("anna", "--check", "double", "--points", "8")
    newer = grade(class_zip(CLASS | {"anna_1_1_answer.py": WRONG + "\n"}))
    assert "is not applied: it was given for an earlier file" in newer.stdout
    assert gradebook()["1"]["double"] == "0"
    assert "(not applied: for an earlier file)" in override("--list").stdout
    override("anna", "--check", "double", "--points", "8")
    grade(class_zip(CLASS | {"anna_1_1_answer.py": WRONG + "\n"}))
    assert gradebook()["1"]["double"] == "8"


def test_marks_are_listed_and_removed(override, out):
    assert "There are no marks by hand" in override("--list").stdout
    override("*", "--check", "total", "--points", "out", "--comment", "Unclear task.")
    override("anna", "--points", "50", "--by", "ada")
    listed = override("--list").stdout.splitlines()
    assert listed[0].endswith("overrides.csv: 2 marks and comments")
    assert listed[1].startswith("line 2:  *  total  out  Unclear task.")
    assert listed[2].startswith("line 3:  anna  total  50  ada")
    assert report_of(out, "anna_1")["max_score"] == 70
    assert override("*", "--check", "total", "--remove").returncode == 0
    assert [line["student"] for line in lines(out)] == ["anna"]
    assert report_of(out, "anna_1")["max_score"] == 100


def test_table_of_the_last_run_is_changed(grader, grade, class_zip, tmp_path):  # noqa: F811
    assert grade(class_zip(CLASS)).returncode == 0
    out = tmp_path / "out"
    table = tmp_path / "overrides.csv"
    table.write_bytes("\ufeffStudent;room;Points;check\r\nanna;A;1,5;double\r\n".encode())
    assert grader("override", out, "müller", "--check", "double", "--points", "2.5").returncode == 0
    text = table.read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == "Student;room;Points;check;by;at;sha256"
    assert text.splitlines()[1] == "anna;A;1,5;double"
    assert text.splitlines()[2].startswith("müller;;2,5;double;")
    assert not (out / "overrides.csv").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("zoe", "--points", "1"), "There is no student 'zoe' in this class"),
        (
            ("annasmith", "--points", "1"),
            "2 students have the name 'annasmith': give the id from gradebook.csv (2, 3).",
        ),
        (("anna", "--check", "doubel", "--points", "1"), "There is no check 'doubel': did you mean 'double'?"),
        (("anna", "--points", "ten"), "'ten' is not a number of points"),
        (("anna", "--points", "-1"), "-1 points are less than 0"),
        (("anna", "--points", "out"), "'out' takes a check out, but the cell 'check' is empty"),
        (("anna",), "Give --points, --comment or both, or --remove."),
        ((), "Missing argument 'STUDENT'."),
        (("anna", "--remove"), "has no mark of 'anna' for the total"),
        (("anna", "--remove", "--points", "1"), "omit --points and --comment"),
    ],
)
def test_mistake_is_one_sentence_and_writes_nothing(out, words, message):
    result = CliRunner().invoke(main, ["override", str(out), *words])
    assert result.exit_code == 2 and message in result.stderr
    assert not (out / "overrides.csv").exists()


def test_mistake_in_the_table_is_reported_before_it_is_changed(override, out):
    table = out / "overrides.csv"
    table.write_text("student,check,points\nanna,double,x\n")
    result = override("müller", "--points", "1")
    assert result.returncode == 2 and "overrides.csv:2: 'x' is not a number of points" in result.stderr
    assert table.read_text() == "student,check,points\nanna,double,x\n"


def test_folder_without_results_is_wrong_usage(grader, tmp_path):
    result = grader("override", tmp_path, "anna", "--points", "1")
    assert result.returncode == 2 and "is not an output folder of grader grade" in result.stderr
