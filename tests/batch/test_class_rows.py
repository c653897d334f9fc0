"""Tests of the rows of the class page."""

from __future__ import annotations

from grader.batch import class_rows
from grader.batch.class_filters import class_filters
from grader.batch.distribution import bars
from grader.batch.student_lines import FoundBug, StudentLine

from .rows import row


def rows_of(*lines):
    own_bars = bars(10, 50)
    columns = class_rows.columns(lines)
    return [*class_rows.rows(lines, columns, class_filters(lines, own_bars, [], []), own_bars)]


def test_outcomes_are_written_in_words():
    outcomes = {"a": "failed", "b": "passed", "c": "partial", "d": "not_reached", "e": "failed"}
    (text,) = rows_of(StudentLine(row(), outcomes=outcomes))
    assert "<p>Partly correct: c</p>\n<p>Not passed: a, e</p>\n<p>Not reached: d</p>" in text


def test_bug_leads_to_its_line():
    bug = FoundBug("sign-flipped", "A sign", "cell 3, line 2", "cell-3-line-2")
    (text,) = rows_of(StudentLine(row(), page="instructor/ä b.html", bugs=[bug]))
    assert (
        'href="instructor/%C3%A4%20b.html#cell-3-line-2">sign-flipped</a> <span class="quiet">cell 3, line 2</span>'
        in text
    )
    (without_page,) = rows_of(StudentLine(row(), bugs=[bug]))
    assert "href" not in without_page and "sign-flipped" in without_page


def test_row_has_the_marks_of_its_filters():
    first, second = rows_of(StudentLine(row()), StudentLine(row(score=None, status="pending")))
    assert first.startswith('<tr class="f') and first[: first.index(">")] != second[: second.index(">")]


def test_width_of_the_columns_grows_with_them():
    few, many = StudentLine(row("a", "a")), StudentLine(row("a", "b", late="1 day late", by_hand="total: 3"))
    assert class_rows.least_width(class_rows.columns([few])) < class_rows.least_width(class_rows.columns([many]))
