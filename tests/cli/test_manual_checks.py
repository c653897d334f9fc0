"""An assignment with parts that a person marks: its totals are provisional until then."""

from __future__ import annotations

import base64
import csv
import json
from xml.etree import ElementTree

import pytest

from tests import explaining

pytestmark = pytest.mark.quick


@pytest.fixture
def folder(tmp_path):
    """Return the folder of the assignment."""
    path = tmp_path / "explaining"
    path.mkdir()
    for name, text in explaining.FILES.items():
        (path / name).write_text(text)
    return path


def document(grader_here, folder, file="solution.ipynb", *options):
    done = grader_here("check", folder, folder / file, "--json", *options)
    return done.returncode, json.loads(done.stdout)


def test_part_is_skipped_and_the_total_is_provisional(grader_here, folder):
    code, report = document(grader_here, folder)
    double, explain = report["checks"]
    assert (report["score"], report["max_score"], report["provisional"]) == (50, 90, True)
    assert (double["status"], double["score"]) == ("passed", 50)
    assert (explain["status"], explain["score"], explain["evidence"]["manual"]) == ("skipped", None, True)
    assert (code, report["passed"]) == (1, False)  # 54 points are needed, and nobody has given the others


def test_submission_that_has_enough_points_without_the_part_has_passed(grader_here, folder):
    text = (folder / "assignment.yaml").read_text()
    (folder / "assignment.yaml").write_text(text.replace("version:", "pass_mark: 50\nversion:"))
    code, report = document(grader_here, folder)
    assert (code, report["passed"], report["provisional"]) == (0, True, True)


def test_report_without_such_parts_is_not_provisional(grader_here, folder):
    _code, report = document(grader_here, folder, "solution.ipynb", "--only", "double")
    assert "provisional" not in report


def test_students_see_titles_and_points_of_the_rubric_alone(grader_here, folder):
    _code, report = document(grader_here, folder)
    rubric = report["checks"][1]["evidence"]["rubric"]
    assert rubric == [
        {"title": "The rule", "points": 30, "description": ""},
        {"title": "The limits", "points": 10, "description": ""},
    ]
    page = folder / "page.html"
    grader_here("check", folder, folder / "solution.ipynb", "--html", page)
    assert "The rule" in page.read_text() and "names the factor" not in page.read_text()


def test_broken_code_leaves_the_part_to_a_person(grader_here, folder):
    (folder / "broken.py").write_text("def double(x:\n")
    _code, report = document(grader_here, folder, "broken.py")
    assert [check["status"] for check in report["checks"]] == ["error", "skipped"]
    assert report["provisional"]


def test_part_that_requires_a_failed_check_gets_no_points(grader_here, folder):
    text = (folder / "assignment.yaml").read_text()
    (folder / "assignment.yaml").write_text(text.replace("    rubric:", "    requires: [double]\n    rubric:"))
    (folder / "wrong.py").write_text("def double(x):\n    return 3 * x\n")
    _code, report = document(grader_here, folder, "wrong.py")
    explain = report["checks"][1]
    assert (explain["status"], explain["score"], "manual" in explain["evidence"]) == ("skipped", 0, False)
    assert "provisional" not in report


def test_terminal_shows_the_score_so_far(grader_here, folder):
    shown = grader_here("check", folder, folder / "solution.ipynb").stdout
    assert "not marked      – of 40  explain" in shown
    assert "Score so far: 50 of 90 (54 needed to pass). Not marked yet: explain (40 points)." in shown


def test_all_formats_show_the_score_so_far(grader_here, folder):
    def output(name):
        return grader_here("check", folder, folder / "solution.ipynb", "--format", name).stdout

    assert "Score so far" in output("markdown").replace("\\", "")
    junit = ElementTree.fromstring(output("junit"))
    assert "Score so far" in junit.find(".//property[@name='verdict']").get("value")
    assert junit.find(".//testcase[@name='explain']/skipped") is not None
    gradescope = json.loads(output("gradescope"))
    assert "Score so far" in gradescope["output"]
    assert [test.get("status") for test in gradescope["tests"]] == ["passed", None]
    classroom = json.loads(base64.b64decode(output("classroom")))
    assert "Score so far" in classroom["message"]
    assert sum(test["score"] for test in classroom["tests"]) == 50


def test_class_has_provisional_scores(grader, folder, tmp_path):
    students = tmp_path / "class"
    students.mkdir()
    (students / "ada.ipynb").write_text(explaining.notebook())
    done = grader("grade", folder, students, "--out", tmp_path / "out")
    assert (
        "The score of 1 student is provisional, also in import files: a person has to mark explain, style."
        in done.stdout
    )
    with (tmp_path / "out" / "gradebook.csv").open(encoding="utf-8-sig") as file:
        (row,) = csv.DictReader(file)
    assert (row["score"], row["explain"], row["style"], row["provisional"]) == ("50", "", "", "yes")
    assert row["comment"] == "Not marked yet: explain and style (50 points)."
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert [check["outcomes"].get("unmarked", 0) for check in summary["checks"]] == [0, 1, 1]
    instructor = (tmp_path / "out" / "instructor" / "ada.html").read_text()
    assert "The text names the factor two." in instructor
    assert "the name of the check is <code>style</code>" in instructor
    student = (tmp_path / "out" / "reports" / "ada.html").read_text()
    assert (
        "The text names the factor two." not in student
        and "overrides.csv" not in student
        and "of 100 points so far" in student
    )


def test_validate_leaves_the_points_of_a_person_out(grader_here, folder):
    done = grader_here("validate", folder)
    assert done.returncode == 0
    assert "full marks; a person gives the other 50 points" in done.stdout


def test_validate_finds_a_heading_that_the_solution_lacks(grader_here, folder):
    text = (folder / "assignment.yaml").read_text()
    (folder / "assignment.yaml").write_text(text.replace("[Discussion]", "[Discusion]"))
    done = grader_here("validate", folder)
    assert done.returncode == 2
    assert "should contain what explain shows" in done.stdout


def test_module_as_solution_needs_no_cells_and_no_other_files(grader_here, folder):
    text = (folder / "assignment.yaml").read_text().replace("solution: solution.ipynb", "solution: solution.py")
    (folder / "assignment.yaml").write_text(text.replace("[Discussion]", "[Discussion], files: [report.md]"))
    (folder / "solution.py").write_text(explaining.REFERENCE)
    assert grader_here("validate", folder).returncode == 0


def test_show_lists_the_rubric(grader_here, folder):
    shown = grader_here("show", folder).stdout
    assert "30 points for The rule" in shown and "names the factor" not in shown


def test_marks_by_hand_make_the_total_final(grader, folder, tmp_path):
    students = tmp_path / "class"
    students.mkdir()
    (students / "ada.ipynb").write_text(explaining.notebook())
    (students / "eve.ipynb").write_text(explaining.notebook())
    out = tmp_path / "out"
    out.mkdir()
    marks = (
        "student,check,points,comment,by,at,sha256\nada,explain,25,No limits.,,,\nada,style,10,,,,\neve,explain,0,,,,\n"
    )
    (out / "overrides.csv").write_text(marks)
    done = grader("grade", folder, students, "--out", out)
    assert "The score of 1 student is provisional, also in import files: a person has to mark style." in done.stdout
    with (out / "gradebook.csv").open(encoding="utf-8-sig") as file:
        ada, eve = csv.DictReader(file)
    assert (ada["score"], ada["explain"], ada["style"], ada["provisional"]) == ("85", "25", "10", "")
    assert (eve["score"], eve["explain"], eve["style"], eve["provisional"]) == ("50", "0", "", "yes")
    report = json.loads((out / "reports" / "ada.json").read_text())
    assert "provisional" not in report and report["passed"]
    assert [check["status"] for check in report["checks"]] == ["passed", "partial", "passed"]
    assert report["checks"][1]["evidence"]["by_hand"]["comment"] == "No limits."
    other = json.loads((out / "reports" / "eve.json").read_text())
    assert other["provisional"] and [check["status"] for check in other["checks"]] == ["passed", "failed", "skipped"]
    summary = json.loads((out / "summary.json").read_text())
    assert [check["outcomes"].get("unmarked", 0) for check in summary["checks"]] == [0, 0, 1]
