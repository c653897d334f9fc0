from __future__ import annotations

from grader.notebook import inline
from grader.support import i18n


def test_text_of_a_submission_is_escaped(graded):
    report = graded("single-neuron", "def f(:  # <script>alert(1)</script>\\x1b[2J\\u202e")
    report.submission.path = "<img src=x>.py"
    page = inline.as_html(report, ["Graded as saved: <b>.ipynb"], "A neuron", 70, 2)
    assert "<script" not in page
    assert "<img" not in page
    assert "<iframe sandbox srcdoc=" in page
    assert (
        page.split("<details>")[0].count("Loading submitted.py failed") == 1
    )  # the same for every check, so shown once
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;.ipynb" in page
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_reason_why_nothing_was_graded_is_shown_once(graded):
    report = graded("single-neuron", "x = 1")
    for check in report.checks:
        check.status, check.score, check.message = "not_gradable", None, "No isolation."
    report.score, report.ending = None, "not_gradable"
    assert inline.as_text(report, ["Graded as saved."], 60, 2) == "Graded as saved.\nNo isolation."
    assert inline.as_html(report, [], "A neuron", 70, 2).count("No isolation.") == 1


def test_rows_are_in_the_chosen_language(graded, solution):
    with i18n.use("de"):
        page = inline.as_html(graded("single-neuron", solution), [], "A neuron", 70, 2).split("<details>")[0]
    assert " bestanden</td>" in page and "; Isolation " in page
    assert " passed<" not in page and "isolation" not in page
