"""Sequences of calls on the classes of a reference."""

from __future__ import annotations

import inspect
from types import SimpleNamespace

from grader.worker.sequences import function_of


class Pair:
    def __init__(self, start):
        self.sum = start

    def add(self, number):
        self.sum += number
        return self.sum, number

    def clear(self):
        self.sum = 0


MODULE = SimpleNamespace(Pair=Pair, number=abs)
PLAN = {
    "objects": [["a", "Pair", {"start": "s"}], ["b", "Pair", {"start": "t"}]],
    "calls": [
        ["a", "add", {"number": "x"}, ["sum", "number"]],
        ["b", "add", {"number": "x"}, ["sum", "number"]],
        ["a", "clear", {}, []],
        ["a", "add", {"number": "y"}, ["sum", "number"]],
    ],
    "driven": [],
}


def test_plan_is_a_function_with_all_results():
    run = function_of(MODULE, PLAN)
    assert [*inspect.signature(run).parameters] == ["s", "t", "x", "y"]
    assert run(s=1, t=10, x=2, y=5) == (3, 2, 12, 2, 5, 5)


def test_name_is_the_function_of_the_module():
    assert function_of(MODULE, "number") is abs
    assert function_of(MODULE, "missing") is None


def test_missing_class_gives_no_function():
    assert function_of(SimpleNamespace(), PLAN) is None
