"""Statements of a function, and edits of them that keep all other lines."""

from __future__ import annotations

import ast

import pytest

from grader.mutation import editing
from grader.mutation.editing import Function, reads, writes

pytestmark = pytest.mark.quick

SOURCE = '''def f(x, *, rate=0.1, flag=True):
    """Docstring."""
    total = 0  # a comment
    for i in range(3):
        total += x[i]
        if flag:
            total = total * rate; y = 1
    return total
'''


@pytest.fixture
def function():
    return Function(SOURCE, ast.parse(SOURCE).body[0])


def statement(text):
    return ast.parse(text).body[0]


def test_arguments_and_defaults(function):
    assert function.arguments == ["x", "rate", "flag"]
    assert {name: ast.unparse(value) for name, value in function.defaults.items()} == {"rate": "0.1", "flag": "True"}


def test_blocks_know_the_names_before_them(function):
    body, loop, choice = function.blocks
    assert ast.unparse(body.statements[0]) == "total = 0"
    assert body.known_names == {"x", "rate", "flag"}
    assert loop.known_names == {"x", "rate", "flag", "total", "i"}
    assert choice.known_names == loop.known_names


def test_edit_keeps_all_other_lines(function):
    first = function.blocks[0].statements[0]
    (edit,) = function.edit("some-bug", "total", (first, "total = 1"))
    assert edit.source == SOURCE.replace("total = 0  # a comment", "total = 1")
    assert (edit.before, edit.after, edit.line) == ("total = 0", "total = 1", 3)


def test_statement_is_left_out(function):
    (edit,) = function.edit("some-bug", "total", (function.blocks[1].statements[0], ""))
    assert edit.source == SOURCE.replace("        total += x[i]\n", "")


def test_source_that_is_not_valid_is_no_edit(function):
    assert (
        list(
            function.edit(
                "some-bug", "total", (function.blocks[0].statements[1], ""), (function.blocks[0].statements[0], "for")
            )
        )
        == []
    )


def test_statement_in_a_line_with_others_is_not_edited(function):
    assert list(function.edit("some-bug", "y", (function.blocks[2].statements[1], ""))) == []


def test_line_is_added_after_the_docstring(function):
    (edit,) = function.at_the_start("argument-ignored", "rate", "rate = 1")
    assert edit.source.splitlines()[2:4] == ["    rate = 1", "    total = 0"]
    ast.parse(edit.source)


@pytest.mark.parametrize(
    ("text", "read", "written"),
    [
        ("x = y + z", {"y", "z"}, {"x"}),
        ("x += y", {"x", "y"}, {"x"}),
        ("x[i] = y", {"x", "i", "y"}, {"x"}),
        ("losses.append(y)", {"losses", "y"}, {"losses"}),
        ("a, b = f(x)", {"f", "x"}, {"a", "b"}),
    ],
)
def test_names_that_a_statement_reads_and_writes(text, read, written):
    assert reads(statement(text)) == read
    assert writes(statement(text)) == written


def test_slice_contains_what_a_statement_depends_on():
    block = ast.parse("a = f(x)\nc = 1\nlosses.append(a)\nb = g(a)").body
    assert [ast.unparse(one) for one in editing.slice_of(block, block[3])] == ["a = f(x)", "b = g(a)"]


def test_only_updates_change_parameters():
    assert editing.parameters_updated(statement("w = w - lr * dw")) == {"w"}
    assert editing.parameters_updated(statement("b -= db")) == {"b"}
    assert editing.parameters_updated(statement("w = np.zeros(3)")) == set()


def test_names_are_filled_in_where_they_are_read():
    assert editing.with_names(statement("y = f(X, y)"), {"X": "X[i]", "y": "y[i]"}) == "y = f(X[i], y[i])"
