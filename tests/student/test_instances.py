"""The function that plays a part, and the instance or the globals that it is called with."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from grader.assignment import load
from grader.sandbox.calls import Answer, SubmittedFunction
from grader.sandbox.definitions import Definitions
from grader.student.answers import NOTHING_PENDING
from grader.student.instances import Instances
from grader.student.steps import Steps

pytestmark = pytest.mark.quick

CONTENT = load("single-neuron").content
X, W = np.ones((4, 3)), np.ones(3)


def parameters(*names):
    return [(name, "POSITIONAL_OR_KEYWORD", False) for name in names]


def instances(functions=(), methods=(), attributes=None):
    session = SimpleNamespace(
        definitions=Definitions(
            {function.name: function for function in functions}, {"Neuron": {method.name: method for method in methods}}
        ),
        call=lambda *_, **__: Answer(None, [], attributes or {}),
    )
    return Instances(CONTENT, session, Steps(CONTENT, {}))


def prepared(holder, function, inputs, pending=NOTHING_PENDING, leave=None):
    target = holder.find(function)
    return holder.prepared(function, target, inputs, True, pending, leave or (lambda _: ({}, set())))


def test_function_at_the_top_level_goes_before_a_method():
    function = SubmittedFunction("predict", parameters("X", "w", "b"), ["p"])
    method = SubmittedFunction("predict", parameters("X"), ["p"], "Neuron", ["w"])
    assert instances([function], [method]).find("predict") is function
    assert instances([], [method]).find("predict") is method
    assert instances().find("predict") is None


def test_function_with_all_parameters_needs_no_instance():
    holder = instances([SubmittedFunction("predict", parameters("X", "w", "b"), ["p"])])
    assert prepared(holder, "predict", {"X": X, "w": W, "b": 0.0})[0] is None
    assert holder.notes(["predict"]) == []


def test_global_variables_get_the_arguments_without_a_parameter():
    function = SubmittedFunction("predict", parameters("X"), ["p"], "", ["w", "b"])
    holder = instances([function], attributes={"w": np.zeros(3), "b": 1.0})
    instance, state = prepared(holder, "predict", {"X": X, "w": W, "b": 0.5})
    assert instance.owner == ""
    assert instance.attributes["b"] == 0.5
    assert state.bound == {"w": "w", "b": "b"}
    assert holder.notes(["predict"]) == ["Your functions keep w, b in global variables: accepted."]


def test_method_gets_attributes_that_another_method_stores():
    predict = SubmittedFunction("predict", parameters("X"), ["p"], "Neuron", ["w", "b"], ["cache"])
    gradients = SubmittedFunction("gradients", parameters("X", "y"), ["dw", "db"], "Neuron", ["w", "b", "cache"])
    holder = instances([], [predict, gradients])
    called = []

    def leave(function):
        called.append(function)
        return {"cache": "stored"}, {"X"}

    inputs = {"X": X, "y": W, "w": W, "b": 0.0}
    instance, _state = prepared(holder, "gradients", inputs, leave=leave)
    assert (called, instance.attributes["cache"], instance.owner) == (["predict"], "stored", "Neuron")
    pending = NOTHING_PENDING.for_method("predict")
    instance, _state = prepared(holder, "gradients", inputs, pending, leave)
    assert called == ["predict"]
    assert "cache" not in instance.attributes
