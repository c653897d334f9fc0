"""Tests of the sections of a class."""

from __future__ import annotations

import pytest

from tests.doubling import RIGHT, WRONG

CLASS = {"Jörg/a.py": RIGHT, "ben/a.py": WRONG, "zoe/a.py": RIGHT}


@pytest.fixture
def run(grade, class_zip, tmp_path):
    (tmp_path / "sections.csv").write_bytes(
        "student;section\r\nJörg;Monday, early\r\nben;Tuesday\r\nx;Tuesday\r\n".encode()
    )
    return lambda *options: grade(class_zip(CLASS), "--layout", "folders", *options)


def test_each_section_has_a_page(run, gradebook, tmp_path):
    result = run()
    assert (result.returncode, result.stderr) == (0, "")
    assert f"The sections are read from {tmp_path / 'sections.csv'}." in result.stdout
    assert {row["id"]: row["section"] for row in gradebook().values()} == {
        "Jörg": "Monday, early",
        "ben": "Tuesday",
        "zoe": "",
    }
    page = (tmp_path / "out" / "section-Monday_early.html").read_text(encoding="utf-8")
    assert 'href="instructor/J%C3%B6rg.html"' in page
    assert "instructor/ben.html" not in page
    assert (tmp_path / "out" / "section-Tuesday.html").exists()


def test_only_one_section_is_graded_and_shown(run, gradebook, tmp_path):
    (tmp_path / "extensions.csv").write_text("student,due\nzoe,2026-12-01\n")
    result = run("--section", "tuesday")
    assert (result.returncode, ", 1 graded now" in result.stdout) == (0, True), result.stderr
    assert [*gradebook()] == ["ben"]
    assert ", 2 graded now" in run().stdout
    result = run("--section", "Tuesday")
    assert "section-Tuesday.html from an earlier run was removed: a run without --section writes" in result.stdout
    assert [*gradebook()] == ["ben"]
    result = run("--section", "Sunday")
    assert (result.returncode, "use one of Monday, early, Tuesday" in result.stderr) == (2, True)


def test_student_of_another_section_is_not_graded_silently(run):
    assert run("--section", "Tuesday", "--only", "ben").returncode == 0
    result = run("--section", "Tuesday", "--only", "zoe")
    assert (result.returncode, "zoe: not in the section 'Tuesday'. Omit --section or --only." in result.stderr) == (
        2,
        True,
    )


def test_only_people_of_the_section_are_listed_as_absent(grade, class_zip, tmp_path):
    (tmp_path / "canvas.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Two small functions (9)\n    Points Possible,,,,,100\n"
        '"Lee, Ann",1,s1,a,X,\n"Ott, Ben",2,s2,b,Y,\n"Noll, Nora",8,s8,n,X,\n"Funk, Finn",9,s9,f,Y,\n'
    )
    archive = class_zip({"leeann_1_1_answer.py": WRONG, "ottben_2_2_answer.py": RIGHT})
    result = grade(archive, "--canvas", tmp_path / "canvas.csv", "--section", "X")
    assert "In this file, but without a submission: Noll, Nora." in result.stdout
