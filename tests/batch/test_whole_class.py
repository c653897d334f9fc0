"""Of a class of 42 each student is found again, once, whatever the course system makes of the names."""

from __future__ import annotations

import csv
import json
import unicodedata
from collections import Counter

import pytest

from grader.batch import canvas
from grader.batch.collect import Class
from grader.batch.roster import identify

from .classes import PEOPLE, SYSTEMS, archive, canvas_gradebook, unpacked


def identities(found):
    students, _, _ = identify(found.students, [])
    return Counter(person.identity for student in students for person in student.people)


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("write", [archive, unpacked])
def test_every_student_is_found_once(tmp_path, system, write):
    path = tmp_path / ("class.zip" if write is archive else "class")
    path.parent.mkdir(exist_ok=True)
    expected = write(path, system)
    with Class(path, assignment="doubling") as found:
        assert found.layout in (system, "folders" if system == "github" else system)  # an archive of clones
        prefix = "doubling-" if found.layout == "folders" and system == "github" else ""
        assert identities(found) == {unicodedata.normalize("NFC", f"{prefix}{identity}"): 1 for identity in expected}
        assert [name for name, _ in found.left_out if "desktop.ini" not in name] == []


def test_every_student_has_one_row_with_the_real_name(grade, tmp_path):
    expected = archive(tmp_path / "class.zip", "canvas")
    (tmp_path / "canvas.csv").write_text(canvas_gradebook(), encoding="utf-8")
    done = grade(tmp_path / "class.zip", "--canvas", tmp_path / "canvas.csv")
    assert done.returncode == 0, done.stderr
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
    with Class(tmp_path / "class", assignment="doubling") as found:
        student = next(s for s in found.students if s.files)
        root = (tmp_path / "class" / student.files[0].path).parent
    while system != "loose" and len([*root.parent.iterdir()]) < 30:
        root = root.parent
    place = root if system == "loose" else root.parent
    (place / "Forgotten").mkdir()
    (place / "Forgotten" / "answer.py").write_text("x = 1\n")
    (place / "late by mail.ipynb").write_text("{}")
    (place / "list.xlsx").write_text("")
    (place / "elsewhere").symlink_to("/etc")
    with Class(tmp_path / "class", assignment="doubling") as found:
        everybody = identities(found)
        assert everybody["Forgotten"] == everybody["late by mail"] == 1
        lost = {**dict(found.left_out)}
    assert len(everybody) >= len(expected) + 2
    assert any("list.xlsx" in name for name in lost) or everybody["list"] == 1
    assert any("elsewhere" in name and "link" in why for name, why in lost.items())
    assert all(lost.values())


def test_roster_matches_every_student(tmp_path):
    archive(tmp_path / "class.zip", "gradescope")
    roster = canvas.roster(canvas_gradebook().replace(",s", ",t").encode(), "77")  # other ids: by login
    with Class(tmp_path / "class.zip") as found:
        students, absent, _ = identify(found.students, [roster])
    assert sorted(s.name for s in students) == sorted(f"{last}, {first}" for last, first in PEOPLE)
    assert [line.name for line in absent] == ["Absent, Abby"]
