"""Tests of the pages of a class: one for the instructor, and a redacted one for each student."""

from __future__ import annotations

import re

from grader.assignment import load
from grader.batch import class_page
from grader.batch.student_lines import FoundBug, StudentLine
from grader.batch.summary import ClassSummary
from grader.support import i18n
from tests.doubling import RIGHT, SHORT

from .conftest import without_times
from .rows import row
from .test_overview import challenge

SECRETS = ("977", "secret", "note")  # the shape and name of a hidden probe, and the name of an instructor's check


def test_every_student_has_a_page_and_the_class_has_an_index(grade, class_zip, tmp_path):
    handed_in = {"anna_1_1_a.py": RIGHT, "ben_LATE_2_2_a.py": RIGHT, "samira_3_3_a.py": SHORT, "pdf_4_4_a.pdf": "text"}
    result = grade(class_zip(handed_in))
    out = tmp_path / "out"
    assert "index.html" in result.stdout
    assert sorted(path.name for path in (out / "reports").glob("*.html")) == [
        "anna_1.html",
        "ben_2.html",
        "samira_3.html",
    ]
    index = (out / "index.html").read_text()
    assert index.index("Checks, hardest first") < index.index('<table id="students"')  # which may be long
    linked = dict.fromkeys(re.findall(r'href="([^"#]+)', index))
    assert [*linked] == ["copies.html", *(f"instructor/{name}.html" for name in ("anna_1", "ben_2", "samira_3"))]
    assert all((out / link).is_file() for link in linked)
    assert "contains no notebook (.ipynb)" in index
    late = (out / "reports" / "ben_2.html").read_text()
    assert "Handed in late, counted as 1 day: 10 points are taken off, and the final score is 90." in late
    hidden = (out / "reports" / "samira_3.html").read_text()
    assert "This check is hidden" in hidden and "index.html" not in hidden
    assert not [secret for secret in SECRETS if secret in re.sub(r"<style>.*</style>", "", hidden, flags=re.DOTALL)]
    assert "secret" in (out / "instructor" / "samira_3.html").read_text()
    before = without_times(out)
    grade(class_zip(handed_in))
    assert without_times(out) == before


def page_of(*pupils, left_over=(), stand_ins=(), summary=None):
    content = load("single-neuron").content
    return class_page.render(content, pupils, summary or ClassSummary(), left_over, "strong", stand_ins)


def test_names_of_students_and_files_are_escaped():
    hostile = "<script>alert(1)</script>\"'\u202e"
    page = page_of(
        StudentLine(
            row(hostile, hostile, late=hostile), hostile, "instructor/a b.html", [FoundBug(hostile, hostile, hostile)]
        ),
        left_over=[hostile],
    )
    assert page.count("<script>") == 1 and "\u202e" not in page
    assert 'href="instructor/a%20b.html"' in page


def test_columns_without_information_are_left_out():
    heads = re.compile(r'<th scope="col" data-key="\w+">(\w+)<')
    plain_page = heads.findall(page_of(StudentLine(row("anna", "anna"))))
    assert "ID" not in plain_page and "Late" not in plain_page
    full_page = heads.findall(page_of(StudentLine(row("anna", "17", late="1 day late"))))
    assert "ID" in full_page and "Late" in full_page


def test_class_without_scores_has_a_page():
    page = page_of(StudentLine(row(score=None), "It is not your fault."))
    assert "It is not your fault." in page and "Not graded" in page


def test_bonus_points_and_fractional_scores_have_a_bar():
    page = page_of(*(StudentLine(row(score=score)) for score in (0.0, 4.99, 10.0, 12.5)))
    bars = re.findall(r'aria-label="(\d+ to \d+ points): (\d+)"', page)
    assert bars == [("0 to 1 points", "1"), ("4 to 5 points", "1"), ("9 to 10 points", "2")]


def test_stand_ins_are_named():
    line = StudentLine(row())
    assert "Warning: graded on generated stand-ins instead of cifar10, mnist." in page_of(
        line, stand_ins=["cifar10", "mnist"]
    )
    assert "stand-in" not in page_of(line)


def test_leaders_have_the_ranks_of_their_contest():
    summary = challenge((0.9, "mnist: mnist.npz, 9"), (0.95, "mnist: stand-in, 9"), (0.95, "mnist: stand-in, 9"))
    page = page_of(StudentLine(row()), summary=summary)
    text = re.sub(r"\s+", " ", page[page.index("<h2>Challenge</h2>") :])
    assert text.startswith(
        '<h2>Challenge</h2> <p class="caption">challenge (mnist: mnist.npz, 9)</p> '
        '<ol class="card"><li value="1">student 0: 90.00 %</li></ol> <p class="caption">challenge (mnist: stand-in, 9)</p> '
        '<ol class="card"><li value="1">student 1: 95.00 %</li><li value="1">student 2: 95.00 %</li></ol>'
    )


def test_numbers_are_written_as_in_the_language():
    summary = challenge((0.9, "mnist: mnist.npz, 9"))
    with i18n.use("de"):
        assert "student 0: 90,00 %" in page_of(StudentLine(row()), summary=summary)
