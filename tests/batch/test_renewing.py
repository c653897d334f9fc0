"""Tests of pages with marks that changed after the run: they need neither the class nor the assignment."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from grader.batch.store import Store
from tests.doubling import RIGHT, WRONG

HEAD = "student,check,points,comment,by,at,sha256\n"


@pytest.fixture
def out(grade, class_zip, tmp_path):
    """Return the output folder of a class in which Emil was late."""
    archive = class_zip({"anna_1_1_answer.py": WRONG, "emil_LATE_5_5_answer.py": RIGHT})
    assert grade(archive).returncode == 0
    archive.unlink()
    return tmp_path / "out"


@pytest.fixture
def pages(grader, out, tmp_path):
    """Return a function that writes ``overrides.csv`` next to the class and runs ``grader pages``."""

    def run(lines):
        (tmp_path / "overrides.csv").write_text(HEAD + lines, encoding="utf-8")
        return grader("pages", out)

    return run


def report_of(out, name):
    return json.loads((out / "reports" / f"{name}.json").read_text())


def test_pages_show_changed_marks_and_say_that_the_gradebooks_do_not(pages, out):
    gradebook = (out / "gradebook.csv").read_bytes()
    result = pages("anna,double,40,Better than it seems.,,,\n")
    assert result.returncode == 0, result.stderr
    assert (
        "The marks by hand are read from" in result.stdout and "The marks of 1 student have changed." in result.stdout
    )
    assert "Run the same 'grader grade' command again" in result.stdout and "grader grade" in result.stdout
    assert "had missing or outdated files" in result.stdout
    assert report_of(out, "anna_1")["checks"][0]["score"] == 40
    assert "Better than it seems." in (out / "reports" / "anna_1.html").read_text()
    assert (out / "gradebook.csv").read_bytes() == gradebook
    again = pages("anna,double,40,Better than it seems.,,,\n").stdout
    assert "have changed" not in again and "'grader grade' command again" in again


def test_sentence_about_lateness_follows_the_marks(pages, out):
    page = out / "reports" / "emil_5.html"
    assert "10 points are taken off, and the final score is 90." in page.read_text()
    pages("emil,double,20,,,,\n")
    assert "10 points are taken off, and the final score is 60." in page.read_text()
    pages("emil,,77,,,,\n")
    assert "taken off" not in page.read_text() and report_of(out, "emil_5")["score"] == 77
    pages("")
    assert "10 points are taken off, and the final score is 90." in page.read_text()


def test_mistake_changes_nothing(pages, out):
    page = (out / "reports" / "anna_1.html").read_bytes()
    result = pages("anna,double,x,,,,\n")
    assert result.returncode == 2 and "overrides.csv:2: 'x' is not a number of points" in result.stderr
    assert (out / "reports" / "anna_1.html").read_bytes() == page


def test_the_next_run_renews_the_gradebooks(pages, out, grade, class_zip):
    pages("anna,double,40,,,,\n")
    result = grade(class_zip({"anna_1_1_answer.py": WRONG, "emil_LATE_5_5_answer.py": RIGHT}))
    assert ", 0 graded now" in result.stdout
    assert "40" in (out / "gradebook.csv").read_text()
    assert "'grader grade' command again" not in pages("anna,double,40,,,,\n").stdout


def test_marks_for_a_file_stay_after_a_run_that_stopped_early(out, grader, grade, class_zip):
    assert grader("override", out, "anna", "--check", "double", "--points", "40").returncode == 0
    archive = class_zip({"anna_1_1_answer.py": WRONG, "emil_LATE_5_5_answer.py": RIGHT})
    assert grade(archive).returncode == 0
    assert grade(archive, "--only", "nobody").returncode == 2
    emils_page = (out / "reports" / "emil_5.html").read_bytes()
    assert "have changed" not in grader("pages", out).stdout
    assert report_of(out, "anna_1")["checks"][0]["score"] == 40
    assert (out / "reports" / "emil_5.html").read_bytes() == emils_page
    assert grader("override", out, "emil", "--points", "20").returncode == 0
    assert (out / "overrides.csv").read_text().splitlines()[-1].split(",")[-1], "the mark names the file it is for"


def test_mark_for_an_older_file_is_not_applied_to_the_result_of_a_run_that_was_stopped(out, grader):
    assert grader("override", out, "anna", "--check", "double", "--points", "40").returncode == 0
    with Store(out) as store:
        record = store.record("1")
        submission = record.report.submission.model_copy(update={"sha256": "0" * 64})
        report = record.report.model_copy(update={"submission": submission})
        page = next(stored.page for stored in store.pages() if stored.page.identity == "1")
        store.put("key", record.model_copy(update={"report": report}), b"", [replace(page, marks="")], b"")
    assert grader("pages", out).returncode == 0
    assert report_of(out, "anna_1")["checks"][0]["score"] != 40


def test_first_mark_of_an_absent_student_needs_another_run(grader, grade, class_zip, tmp_path):
    (tmp_path / "canvas.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Two small functions (9)\n    Points Possible,,,,,100\n"
        '"Noll, Nora",8,s8,n,X,\n'
    )
    out, options = tmp_path / "out", ("--canvas", tmp_path / "canvas.csv")
    archive = class_zip({"anna_1_1_answer.py": WRONG})
    assert grade(archive, *options).returncode == 0
    (out / "overrides.csv").write_text(f"{HEAD}8,,55,,,,\n")
    for _ in range(2):
        stdout = grader("pages", out).stdout
        assert "only 'grader grade' makes the first one: Noll, Nora." in stdout and "command again" in stdout
    assert grade(archive, *options).returncode == 0
    stdout = grader("pages", out).stdout
    assert "Nora" not in stdout and "command again" not in stdout
