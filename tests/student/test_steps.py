"""Gradients are read from a step that back-propagation takes itself."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment import load
from grader.sandbox.calls import Answer, Call, SubmittedFunction
from grader.sandbox.failures import CallError
from grader.student.answers import FunctionCall
from grader.student.signatures import NO_STATE
from grader.student.steps import RATE, Steps, are_same

pytestmark = pytest.mark.quick

PARAMETERS = {"gradients": {"dw": "w", "db": "b"}}
STEPS = Steps(load("single-neuron").content, PARAMETERS)
BEFORE = {"w": np.array([1.0, 2.0]), "b": np.array([3.0]), STEPS.rate: RATE}
GRADIENTS = {"dw": np.array([0.5, -1.0]), "db": np.array([2.0])}


def call(passes_rate=True, moves=True):
    """A call of a function that moves its arguments w and b by the gradients, times the rate."""
    function = SubmittedFunction("step", [], ["w", "b"])
    names = ["w", "b", *([STEPS.rate] if passes_rate else [])]
    arguments = [BEFORE[name] for name in names]
    after = [
        value - (RATE * GRADIENTS[f"d{name}"] if moves and name in "wb" else 0)
        for name, value in zip(names, arguments, strict=True)
    ]
    return FunctionCall(function, BEFORE, NO_STATE, Call("step", arguments, {}), Answer(None, after, {}))


def test_gradients_are_the_change_divided_by_the_rate():
    gradients = STEPS.gradients("gradients", call())
    assert are_same(gradients, GRADIENTS)
    assert not are_same(gradients, {"dw": np.array([0.5, -1.1]), "db": np.array([2.0])})


def test_unknown_rate_is_refused():
    with pytest.raises(CallError, match="with an unknown learning rate"):
        STEPS.gradients("gradients", call(passes_rate=False))


def test_function_that_changes_nothing_takes_no_step():
    assert STEPS.gradients("gradients", call(moves=False)) is None


def test_only_functions_with_gradients_may_take_a_step():
    assert STEPS.may_take_step("gradients")
    assert not STEPS.may_take_step("loss")
    assert STEPS.gradients("loss", call()) is None
    assert STEPS.inputs("gradients", {}) == {STEPS.rate: RATE}
    assert STEPS.inputs("loss", {}) == {}
    assert STEPS.returns_parameters("gradients", call())
