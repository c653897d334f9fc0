"""Passages are runs of the same statements, in any place."""

from __future__ import annotations

from grader.copies.passages import MOST_PLACES, shared_passages
from tests.copies.disguise import module

STEP = "    {0} = {0} * 2 + {1}[0]\n    {0} = {0} ** 3 - {1}[1]\n"


def lines(first, second):
    return [
        [(one.line, other.line) for one, other in passage.lines()]
        for passage in shared_passages(module("a", first), module("b", second))
    ]


def test_passage_is_found_in_another_function_and_with_other_names():
    assert lines(
        f"def f(a, b):\n{STEP.format('a', 'b')}    return a\n", f"y = 1\ndef g(q):\n    x = 0\n{STEP.format('x', 'q')}"
    ) == [[(2, 4), (3, 5)]]


def test_no_statement_is_in_two_passages():
    twice = f"def f(a, b):\n{STEP.format('a', 'b')}{STEP.format('a', 'b')}"
    once = f"def f(a, b):\n{STEP.format('a', 'b')}"
    assert lines(twice, once) == [[(1, 1), (2, 2), (3, 3)]]
    assert sum(map(len, lines(once, twice))) == 3


def test_short_passages_are_left_out():
    assert lines("a = 1\n", "b = 1\n") == []


def test_statement_that_is_repeated_very_often_costs_little():
    repeated = "a = a * 2 + b[0] ** 3\n" * 3_000
    assert len(lines(repeated, repeated)) <= MOST_PLACES + 1
