"""Objects that stay in the worker between calls."""

from __future__ import annotations

import functools

import pytest

from grader.worker import objects


def outer(scale):
    def inner(X, offset=0):
        cost = scale * X + offset
        return cost, offset

    return inner


class Cost:
    def __init__(self, target):
        self.func = outer(target)

    def __call__(self, X):
        return X


def test_returned_function_is_described_by_its_parameters_and_results():
    description = objects.described(outer(2))
    assert description["type"] == "function"
    assert description["call"]["parameters"] == [
        ["X", "POSITIONAL_OR_KEYWORD", False],
        ["offset", "POSITIONAL_OR_KEYWORD", True],
    ]
    assert description["call"]["returns"] == ["cost", "offset"]


def test_object_with_a_call_method_is_described_like_a_function():
    assert objects.described(Cost(1)) == {
        "type": "Cost",
        "call": {"parameters": [["X", "POSITIONAL_OR_KEYWORD", False]], "returns": [], "reads": [], "stores": []},
    }


def test_partial_function_has_the_parameters_that_are_left():
    call = objects.described(functools.partial(outer(1), offset=3))["call"]
    assert [name for name, _kind, _default in call["parameters"]] == ["X", "offset"]


@pytest.mark.parametrize("value", [None, 3, Cost])
def test_other_values_are_no_functions(value):
    assert objects.described(value)["call"] is None


def test_target_is_a_method_or_the_object_itself():
    cost = Cost(1)
    assert objects.target({"1": cost}, "1", "") is cost
    assert objects.target({"1": [4]}, "1", "index")(4) == 0


def test_missing_method_and_missing_object_are_errors():
    with pytest.raises(AttributeError):
        objects.target({"1": 3}, "1", "update")
    with pytest.raises(LookupError, match="has ended"):
        objects.target({}, "1", "update")
