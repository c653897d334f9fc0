"""Calls that are made in several rounds inside the worker."""

from __future__ import annotations

from collections import namedtuple

import numpy as np
import pytest

from grader.worker import rounds

Step = namedtuple("Step", "w b")


def call(function, positional=(), keywords=None, results=None):
    return {"function": function, "positional": positional, "keywords": keywords or {}, "results": results or {}}


def run(function, plan, count=3, **values):
    return rounds.run({"step": function}, {"rounds": count, "calls": [plan]}, values)


def test_each_call_has_the_results_of_those_before_it():
    namespace = {"double": lambda x: 2 * x, "add": lambda x, y: [x + y, {"sum": x + y}]}
    calls = [
        call("double", ["x"], results={"y": []}),
        call("add", ["x"], {"y": "y"}, results={"x": [1, "sum"]}),
    ]
    results = rounds.run(namespace, {"rounds": 2, "calls": calls}, {"x": np.array([1.0])})
    assert {name: value.tolist() for name, value in results.items()} == {"x": [9.0]}


def test_arguments_keep_their_containers():
    def step(items, pair, by_name, rate):
        assert (type(items), type(pair), type(by_name), rate) == (list, tuple, dict, 0.5)
        return by_name["w"] + rate * items[0] * pair[1]

    arguments = [{"list": ["w", "=0"]}, {"tuple": ["=0", "w"]}, {"dict": {"w": "w"}}, "=0"]
    plan = call("step", arguments, results={"w": []})
    assert run(step, plan, 1, w=np.array([2.0]), **{"=0": 0.5})["w"].tolist() == [4.0]


def test_function_that_changes_its_arguments_changes_copies():
    def step(x, w):
        x *= 2
        return w + x

    x = np.ones(1)
    assert run(step, call("step", ["x", "w"], results={"w": []}), x=x, w=np.zeros(1))["w"].tolist() == [6.0]
    assert x.tolist() == [1.0]


def test_result_that_the_function_changes_later_stays_as_it_was_returned():
    kept = np.zeros(1)

    def step(w):
        kept[:] = kept + 1
        return kept

    plan = {"rounds": 1, "calls": [call("step", ["w"], results={"a": []}), call("step", ["w"], results={"b": []})]}
    values = {"w": kept}
    rounds.run({"step": step}, plan, values)
    assert (values["a"].tolist(), values["b"].tolist()) == ([1.0], [2.0])


def test_parts_of_a_named_tuple_have_names():
    plan = call("step", ["w", "b"], results={"w": ["w"], "b": ["b"]})
    results = run(lambda w, b: Step(w + b, b), plan, w=np.zeros(1), b=np.ones(1))
    assert results["w"].tolist() == [3.0]


@pytest.mark.parametrize("result", [[1.0], 1.0, None, np.float64(1), np.matrix([1.0])])
def test_result_that_is_not_an_array_is_an_error(result):
    with pytest.raises(TypeError):
        run(lambda: result, call("step", results={"w": []}))


def test_result_that_is_missing_is_an_error():
    with pytest.raises(LookupError):
        run(lambda: (np.ones(1),), call("step", results={"w": [1]}))
