"""Tests of marks that are already in the file of a course system: equal ones are recognised, others are kept."""

from __future__ import annotations

import pytest

from grader.batch.existing_marks import ExistingMarks, same
from tests.batch.rows import row

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("existing", "new", "equal"),
    [
        ("7,50", "7.5", True),
        ("7.50", "7,5", True),
        (" 7 ", "7", True),
        ("7.33", "7.3333", True),  # course systems keep two decimals
        ("7", "7.4", False),
        ("7.333", "7.3377", False),
        ("85%", "85", False),
        ("Complete", "complete", True),
        ("0", "0.004", True),
        ("10", "1", False),
    ],
)
def test_numbers_are_compared_as_numbers(existing, new, equal):
    assert same("mark", existing, new) is equal


@pytest.mark.parametrize(
    ("existing", "new", "equal"),
    [
        ("<p>Look at dB2,<br />and at dW1.</p>", "Look at dB2,<br>and at dW1.", True),
        ("a &amp; b", "a &#38; b", True),
        ("a < b", "a &lt; b", True),
        ("Look at dB1.", "Look at dB2.", False),
    ],
)
def test_comments_are_compared_by_their_words(existing, new, equal):
    assert same("comment", existing, new) is equal


@pytest.mark.parametrize("existing", ["", "-", "  "])
def test_empty_cell_is_written(existing):
    marks = ExistingMarks()
    assert marks.may_write(row(), "mark", existing, "8.5")
    assert (marks.entries, marks.written_cells) == ([], [("4711", "mark", "8.5")])


def test_mark_of_an_earlier_run_for_another_student_is_kept():
    marks = ExistingMarks([("23", "mark", "3"), ("4711", "comment", "3")])
    assert not marks.may_write(row(), "mark", "3", "8.5")
    assert [entry.kept for entry in marks.entries] == [True]
