"""Chains of calls whose arguments and results have a plain way are made inside the worker, all others by the grader."""

from __future__ import annotations

import numpy as np
import pytest

from grader.sandbox.calls import Call, Instance, SubmittedFunction
from grader.student.answers import BoundAnswer, PreparedCall, RawAnswer
from grader.student.rounds import rounds_of
from grader.student.signatures import NO_STATE

W, B = np.ones((2, 1)), np.zeros(2)
FUNCTION = SubmittedFunction("step", [], [])


def rounds(positional, returned, values=None, bound=None, **options):
    """Return three rounds of a call with these arguments, of values w and b, that returned w."""
    call = PreparedCall(FUNCTION, {}, NO_STATE, Call("step", positional, {}, **options))
    bound = {"w": returned} if bound is None else bound
    answer = BoundAnswer(bound, [], [], RawAnswer(FUNCTION, returned, bound, bound))
    return rounds_of([(call, answer)], values or {"w": W, "b": B}, 3)


def test_arrays_travel_once_and_by_name():
    result = np.zeros((2, 1))
    planned = rounds([W, {"b": B, "rate": 0.5}], (B, {"w": result}), bound={"w": result})
    [call] = planned.calls
    assert call.positional == ["w", {"dict": {"b": "b", "rate": "=2"}}]
    assert call.results == {"w": (1, "w")}
    assert planned.values.keys() == {"w", "b", "=2"}
    assert planned.content["rounds"]["rounds"] == 3


@pytest.mark.parametrize("argument", [W.T, W.copy(), [W.reshape(2)]])
def test_argument_that_was_changed_on_its_way_is_not_plain(argument):
    assert rounds([argument], W) is None


def test_result_that_was_changed_on_its_way_is_not_plain():
    assert rounds([W], [0.0, 1.0], bound={"w": np.array([0.0, 1.0])}) is None
    assert rounds([W], 0.5, bound={"w": 0.5}) is None


@pytest.mark.parametrize("options", [{"seed": 3}, {"supply": {"m": 3}}, {"instance": Instance("Net", [])}])
def test_call_that_needs_more_than_arguments_is_not_plain(options):
    assert rounds([W], W, **options) is None


def test_rounds_have_the_time_of_one_call():
    assert rounds([W], W).seconds is None
    assert rounds([W], W, seconds=2.0).seconds == 2.0
