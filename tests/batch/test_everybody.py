"""Tests that everybody has a row: late, with an extension, excused, without a submission, in a group."""

from __future__ import annotations

import json

import pytest

from tests.doubling import RIGHT, WRONG

METADATA = """
submission_1:
  :submitters:
  - :name: Erika Öztürk
    :sid: '1'
  - :name: Ben
    :sid: '2'
  :created_at: {time}
submission_2:
  :submitters:
  - :name: Zoe
    :sid: '3'
  :created_at: {time}
"""
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Two small functions (77)
    Points Possible,,,,,100
"Öztürk, Erika",1,,e,A,
Ben,2,,b,A,
"Smith, Anna",5,,s,B,
"Gone, Greta",6,,g,B,EX
"""


@pytest.fixture
def gradescope_class(class_zip):
    """Return a class that handed in a day and a half after the due date, 2026-11-20 23:59 in Berlin."""
    metadata = METADATA.format(time="2026-11-22 12:00:00 +01:00")
    files = {"submission_1/a.py": RIGHT, "submission_2/a.py": WRONG, "submission_metadata.yml": metadata}
    return class_zip({f"export/{name}": content for name, content in files.items()})


def shown(rows):
    return {row["student"]: (row["status"], row["score"], row["late"], row["due"]) for row in rows.values()}


def test_extension_moves_the_due_date_of_one_member_of_a_group(grade, gradescope_class, gradebook, tmp_path):
    (tmp_path / "extensions.csv").write_bytes("\ufeffstudent;due\r\nÖztürk, Erika;\r\n".encode())
    result = grade(gradescope_class)
    assert (result.returncode, "extensions.csv:2: there is no student 'Öztürk, Erika'" in result.stderr) == (2, True)
    (tmp_path / "extensions.csv").write_bytes("\ufeffstudent;due\r\nErika Öztürk;22.11.2026 06:00\r\n".encode())
    result = grade(gradescope_class)
    assert (result.returncode, result.stderr) == (0, "")
    assert f"The extensions are read from {tmp_path / 'extensions.csv'}." in result.stdout
    assert shown(gradebook()) == {
        "Erika Öztürk": ("graded", "90", "1 day late", "2026-11-22 06:00+01:00"),
        "Ben": ("graded", "80", "2 days late", ""),
        "Zoe": ("graded", "0", "2 days late", ""),
    }
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "1 day late; extension to 2026-11-22 06:00+01:00" in page
    # Another table only writes the gradebook again.
    (tmp_path / "out" / "extensions.csv").write_text("student,due\n2,2026-12-01\n")
    result = grade(gradescope_class)
    assert f"read from {tmp_path / 'out' / 'extensions.csv'}" in result.stdout
    assert ", 0 graded now" in result.stdout
    assert shown(gradebook())["Ben"] == ("graded", "100", "", "2026-12-01 23:59:59+01:00")
    assert shown(gradebook())["Erika Öztürk"][:3] == ("graded", "80", "2 days late")


def test_excused_student_has_no_score_and_counts_nowhere(grade, gradescope_class, gradebook, tmp_path):
    (tmp_path / "given.csv").write_text("student,due\nZoe,\n")
    result = grade(gradescope_class, "--extensions", tmp_path / "given.csv")
    assert result.returncode == 0
    row = gradebook()["3"]
    assert (row["status"], row["score"], row["passed"], row["double"], row["comment"]) == (
        "excused",
        "",
        "",
        "",
        "Excused.",
    )
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["students"] == {"excused": 1, "graded": 2}
    assert summary["score"]["count"] == 2
    assert [check["outcomes"]["failed"] for check in summary["checks"]] == [0, 0, 0, 0]
    assert summary["bugs"] == []
    assert {"student": "Zoe", "id": "3", "status": "excused", "why": "Excused."} in summary["without_score"]
    # The submission is graded, so that the student gets feedback.
    page = (tmp_path / "out" / "reports" / "Zoe_3.html").read_text(encoding="utf-8")
    assert "Excused: this submission does not count." in page


def test_excused_students_are_excused_in_canvas(grade, class_zip, gradebook, tmp_path):
    (tmp_path / "canvas.csv").write_text(CANVAS, encoding="utf-8")
    (tmp_path / "extensions.csv").write_text('student,due\n1,\n"Smith, Anna",\nBen,2026-12-01\n')
    files = {"öztürkerika_1_11_a.py": RIGHT, "ben_LATE_2_12_a.py": RIGHT}
    result = grade(class_zip(files), "--canvas", tmp_path / "canvas.csv")
    assert result.returncode == 0
    assert shown(gradebook()) == {
        "Öztürk, Erika": ("excused", "", "", ""),
        "Ben": ("graded", "100", "late, but with an extension", "2026-12-01 23:59:59+01:00"),
        "Smith, Anna": ("excused", "", "", ""),
        "Gone, Greta": ("excused", "", "", ""),
    }
    lines = (tmp_path / "out" / "canvas.csv").read_text(encoding="utf-8").splitlines()
    assert [line.rpartition(",")[2] for line in lines[2:]] == ["EX", "100", "EX", "EX"]


def test_extension_without_a_submission_is_in_the_row(grade, class_zip, gradebook, tmp_path):
    (tmp_path / "canvas.csv").write_text(CANVAS, encoding="utf-8")
    (tmp_path / "extensions.csv").write_text("student,due\n5,2026-12-01 12:00\n")
    grade(class_zip({"ben_2_12_a.py": RIGHT}), "--canvas", tmp_path / "canvas.csv")
    assert shown(gradebook())["Smith, Anna"] == ("not_submitted", "", "", "2026-12-01 12:00+01:00")
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "extension to 2026-12-01 12:00+01:00" in page
