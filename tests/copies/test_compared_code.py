"""A work is read once: its statements, its text without layout, and its comments."""

from __future__ import annotations

from grader.copies.compared_code import MOST_STATEMENTS, ComparedCode, Piece
from grader.submission.python_code import MAX_CODE
from tests.copies.disguise import module


def test_text_has_no_empty_lines_and_no_spaces_at_the_end():
    work = ComparedCode("a", "a", [Piece("Cell 1", "a = 1  \n\n"), Piece("Cell 2", "\n  b = 2\n")])
    assert work.text == "a = 1\n  b = 2"


def test_comments_are_compared_without_signs_and_case():
    assert module("a", "# --- The Forward pass! ---\na = '# no comment at all'\n# no\n").comments == {
        "the forward pass"
    }
    assert module("a", "# the forward pass\ndef f(:\n  '''").comments == {"the forward pass"}


def test_very_long_work_is_cut():
    work = module("a", "a = 1\n" * (MOST_STATEMENTS + 10))
    assert sum(map(len, work.blocks)) == MOST_STATEMENTS


def test_comments_of_too_much_code_are_not_read():
    assert module("a", "# these are three words\nx = " + "1+" * MAX_CODE + "1\n").comments == frozenset()


def test_many_cells_are_together_too_much_to_be_parsed():
    """Each syntax tree takes up to 100 MB, so a limit for each cell alone would not limit anything."""
    cells = [Piece(f"Cell {number}", "# these are three words\n" + "x = 1 + 1\n" * 5_000) for number in range(30)]
    work = ComparedCode("a", "a", cells)
    assert (work.blocks, work.comments) == ([], frozenset())
    assert work.shape
