"""Tests of anonymous marking: no name of a student is in the output folder, and the way back is the key."""

from __future__ import annotations

import contextlib
import csv
import json
import re
import sqlite3
import stat
import zlib

import pytest

from tests.doubling import RIGHT, WRONG

from .conftest import without_times

HEADER = "# Erika Öztürk, e.oeztuerk@example.org\n"
NOTEBOOK = json.dumps(
    {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": "By Smith, Anna"},
            {
                "cell_type": "code",
                "metadata": {},
                "source": "from anna_helper import *\nprint('Anna Smith')\n",
                "outputs": [],
                "execution_count": None,
            },
        ],
        "metadata": {"authors": [{"name": "Anna Smith"}]},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
)
CLASS = {
    "Erika Öztürk_17_assignsubmission_file/doubling_Öztürk.py": HEADER + RIGHT,
    "Anna Smith_18_assignsubmission_file/doubling.ipynb": NOTEBOOK,
    "Anna Smith_18_assignsubmission_file/anna_helper.py": WRONG,
    "Zoe Gone_19_assignsubmission_file/Zoe Gone.pdf": "no code",
    "Remarks on Anna Smith.docx": "",
}
WORKSHEET = (
    "Identifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    "Participant 17,Erika Öztürk,e.oeztuerk@example.org,-,,100,Yes,-,-,\n"
    "Participant 18,Anna Smith,a@example.org,-,,100,Yes,-,-,\n"
    "Participant 19,Zoe Gone,z@example.org,-,,100,Yes,-,-,\n"
    "Participant 20,Absent Abby,abby@example.org,-,,100,Yes,-,-,\n"
)
NAMES = re.compile("erika|öztürk|ztuerk|anna|smith|zoe|gone|absent|abby|participant", re.IGNORECASE)


@pytest.fixture
def run(grade, class_zip, tmp_path):
    (tmp_path / "worksheet.csv").write_text(WORKSHEET, encoding="utf-8")

    def grade_class(*options):
        return grade(class_zip(CLASS), "--moodle", tmp_path / "worksheet.csv", "--seed", 3, *options)

    return grade_class


def key(folder):
    with open(folder / "key.csv", newline="", encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def places_with_names(folder):
    """Return the files of an output folder, and the tables of the store, whose name or content has a name of a student."""
    places = [str(path) for path in folder.rglob("*") if NAMES.search(str(path.relative_to(folder)))]
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in ("key.csv", "grading.sqlite"):
            content = path.read_bytes()
            text = content.decode("latin-1") if path.suffix == ".xlsx" else content.decode()
            places += [f"{path}: {match[0]}" for match in NAMES.finditer(text)]
    with contextlib.closing(sqlite3.connect(folder / "grading.sqlite")) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in database.execute(f"SELECT * FROM {table}"):
                for value in row:
                    content = value
                    if isinstance(value, bytes) and table != "answers":
                        content = zlib.decompress(value).decode(errors="replace") if value else ""
                    places += [f"{table}: {match[0]}" for match in NAMES.finditer(str(content))]
    return places


def test_names_are_in_the_key_only(run, gradebook, tmp_path):
    result = run("--anonymous")
    assert (result.returncode, result.stderr) == (0, "")
    assert places_with_names(tmp_path / "out") == []
    assert "The names are in key.csv only." in result.stdout
    assert stat.S_IMODE((tmp_path / "out" / "key.csv").stat().st_mode) == 0o600
    rows, people = gradebook(), key(tmp_path / "out")
    assert {name: (person["id"], rows[person["pseudonym"]]["status"]) for name, person in people.items()} == {
        "Erika Öztürk": ("17", "graded"),
        "Anna Smith": ("18", "graded"),
        "Zoe Gone": ("19", "unreadable"),
        "Absent Abby": ("20", "not_submitted"),
    }
    assert rows[people["Erika Öztürk"]["pseudonym"]]["score"] == "100"
    assert 0 < float(rows[people["Anna Smith"]["pseudonym"]]["score"]) < 100  # the helper with another name is imported
    assert not (tmp_path / "out" / "moodle.csv").exists()
    page = tmp_path / "out" / "reports" / f"{people['Erika Öztürk']['pseudonym']}.html"
    assert people["Erika Öztürk"]["pseudonym"] in page.read_text(encoding="utf-8")


def test_pseudonyms_stay_and_nobody_is_graded_again(run, tmp_path):
    run("--anonymous")
    before = without_times(tmp_path / "out")
    assert ", 0 graded now" in run("--anonymous").stdout
    assert without_times(tmp_path / "out") == before
    pseudonym = key(tmp_path / "out")["Anna Smith"]["pseudonym"]
    for name in ("Anna Smith", pseudonym):
        assert ", 1 graded now" in run("--anonymous", "--only", name).stdout


def test_the_way_back_keeps_results_and_marks(run, gradebook, tmp_path):
    run("--anonymous")
    people = key(tmp_path / "out")
    marks = f"student,check,points,comment\n{people['Anna Smith']['pseudonym']},,55,good idea\n"
    (tmp_path / "out" / "overrides.csv").write_text(marks)
    (tmp_path / "extensions.csv").write_text("student,due\nErika Öztürk,\n", encoding="utf-8")
    assert run("--anonymous").returncode == 0
    assert gradebook()[people["Anna Smith"]["pseudonym"]]["score"] == "55"
    assert gradebook()[people["Erika Öztürk"]["pseudonym"]]["status"] == "excused"
    assert places_with_names(tmp_path / "out") == []
    result = run()
    assert (result.returncode, result.stderr) == (0, "")
    assert ", 0 graded now" in result.stdout
    assert {row["student"]: row["score"] for row in gradebook().values()} == {
        "Erika Öztürk": "",
        "Anna Smith": "55",
        "Zoe Gone": "",
        "Absent Abby": "",
    }
    lines = (tmp_path / "out" / "moodle.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[4] for line in lines[1:]] == ["", "55", "", ""]
    assert (tmp_path / "out" / "reports" / "Anna_Smith_18.html").exists()
    # The folder now has names in many files.
    result = run("--anonymous")
    assert (result.returncode, "contains results with names of students" in result.stderr) == (2, True)


def test_folder_with_names_is_refused(run, tmp_path):
    run()
    before = without_times(tmp_path / "out")
    assert run("--anonymous").returncode == 2
    assert without_times(tmp_path / "out") == before


def test_damaged_key_is_reported(run, tmp_path):
    run("--anonymous")
    with open(tmp_path / "out" / "key.csv", "a", encoding="utf-8") as file:
        file.write("student_x,Somebody,17\n")
    result = run("--anonymous")
    assert (
        result.returncode,
        re.search(r"key.csv:\d+: this student or pseudonym is also", result.stderr) is not None,
    ) == (
        2,
        True,
    )


def test_marks_by_name_are_found_after_the_run_by_the_key(grade, grader, class_zip, tmp_path):
    (tmp_path / "overrides.csv").write_text(
        "student,check,points,comment,by,at,sha256\nErika Öztürk,double,7,,,,\n18,double,9,,,,\n", encoding="utf-8"
    )
    out, archive = tmp_path / "out", class_zip(CLASS)
    for options in (["--anonymous"], []):
        assert grade(archive, *options).returncode == 0
        result = grader("pages", out)
        assert (result.returncode, result.stderr) == (0, "") and "have changed" not in result.stdout
    key = (out / "key.csv").read_text(encoding="utf-8").splitlines()  # in the order of the pseudonyms, which are drawn
    pseudonym = next(line.split(",")[0] for line in key if "Erika" in line)
    result = grader("override", out, pseudonym, "--check", "double", "--points", "11")
    assert (result.returncode, result.stderr) == (0, "")
    assert len((tmp_path / "overrides.csv").read_text(encoding="utf-8").splitlines()) == 3
