"""Tests with a class of 42: every student is found exactly once in the export of each course system."""

from __future__ import annotations

import csv
import json
import unicodedata
from collections import Counter

import pytest

from grader.batch import canvas
from grader.batch.collect import ClassFolder
from grader.batch.roster import identify

from .classes import PEOPLE, SYSTEMS, archive, canvas_gradebook, unpacked


def identities(class_folder):
    students, _, _ = identify(class_folder.students, [])
    return Counter(person.identity for student in students for person in student.people)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("write", [archive, unpacked])
def test_every_student_is_found_once(tmp_path, system, write):
    path = tmp_path / ("class.zip" if write is archive else "class")
    path.parent.mkdir(exist_ok=True)
    expected = write(path, system)
    with ClassFolder(path, assignment="doubling") as class_folder:
        assert class_folder.layout in (
            system,
            "folders" if system == "github" else system,
        )  # an archive of clones is a set of folders
        prefix = "doubling-" if class_folder.layout == "folders" and system == "github" else ""
        assert identities(class_folder) == {
            unicodedata.normalize("NFC", f"{prefix}{identity}"): 1 for identity in expected
        }
        assert [name for name, _ in class_folder.left_out if "desktop.ini" not in name] == []


def test_every_student_has_one_row_with_the_real_name(grade, tmp_path):
    expected = archive(tmp_path / "class.zip", "canvas")
    (tmp_path / "canvas.csv").write_text(canvas_gradebook(), encoding="utf-8")
    result = grade(tmp_path / "class.zip", "--canvas", tmp_path / "canvas.csv")
    assert result.returncode == 0, result.stderr
    with open(tmp_path / "out" / "gradebook.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert Counter(row["id"] for row in rows) == dict.fromkeys([*expected, "1042"], 1)
    names = {row["id"]: row["student"] for row in rows}
    assert names["1008"] == "张, 伟"
    assert {names[identity] for identity in expected} == {f"{last}, {first}" for last, first in PEOPLE}
    absent = next(row for row in rows if row["id"] == "1042")
    assert (absent["status"], absent["score"], absent["comment"]) == ("not_submitted", "", "Nothing was handed in.")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert sum(summary["students"].values()) == 43
    assert {
        "student": "Absent, Abby",
        "id": "1042",
        "status": "not_submitted",
        "why": "Nothing was handed in.",
    } in summary["without_score"]
    pages = [path.stem for path in (tmp_path / "out" / "reports").glob("*.html")]
    assert len(pages) == sum(row["status"] == "graded" for row in rows)


@pytest.mark.parametrize("system", ["moodle", "ilias", "gradescope", "folders", "loose"])
def test_other_files_have_a_row_or_a_reason(tmp_path, system):
    expected = unpacked(tmp_path / "class", system)
    with ClassFolder(tmp_path / "class", assignment="doubling") as class_folder:
        student = next(s for s in class_folder.students if s.files)
        root = (tmp_path / "class" / student.files[0].path).parent
    while system != "loose" and len([*root.parent.iterdir()]) < 30:
        root = root.parent
    place = root if system == "loose" else root.parent
    (place / "Forgotten").mkdir()
    (place / "Forgotten" / "answer.py").write_text("x = 1\n")
    (place / "late by mail.ipynb").write_text("{}")
    (place / "list.xlsx").write_text("")
    (place / "elsewhere").symlink_to("/etc")
    with ClassFolder(tmp_path / "class", assignment="doubling") as class_folder:
        everybody = identities(class_folder)
        assert everybody["Forgotten"] == everybody["late by mail"] == 1
        missing_names = {**dict(class_folder.left_out)}
    assert len(everybody) >= len(expected) + 2
    assert any("list.xlsx" in name for name in missing_names) or everybody["list"] == 1
    assert any("elsewhere" in name and "link" in reasons for name, reasons in missing_names.items())
    assert all(missing_names.values())


def test_roster_matches_every_student(tmp_path):
    archive(tmp_path / "class.zip", "gradescope")
    roster = canvas.roster(
        canvas_gradebook().replace(",s", ",t").encode(), "77"
    )  # the ids differ, so students match by login
    with ClassFolder(tmp_path / "class.zip") as class_folder:
        students, absent, _ = identify(class_folder.students, [roster])
    assert sorted(s.name for s in students) == sorted(f"{last}, {first}" for last, first in PEOPLE)
    assert [line.name for line in absent] == ["Absent, Abby"]
