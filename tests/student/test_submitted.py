"""Calls of a submission: results by name in the layout of the task, and sentences about accepted conventions."""

from __future__ import annotations

import numpy as np
import pytest

from grader.sandbox.failures import CallError
from grader.student.answers import PlannedCall
from grader.student.layout import Layout
from tests.student.in_process import submitted

NEURON = """
import numpy as np

def predict(X, w, b=0.0):
    return 1 / (1 + np.exp(-(X @ w + b)))

def gradients(X, y, w, b=0.0):
    delta = (predict(X, w, b) - y) * predict(X, w, b) * (1 - predict(X, w, b))
    db, dw = np.sum(delta), X.T @ delta
    return db, dw
"""


def inputs(cases):
    return cases.examples("gradients")[-1].inputs


def test_missing_function_is_reported():
    student, cases, session = submitted("single-neuron", NEURON.replace("def gradients(", "def other_name("))
    with pytest.raises(CallError, match=r"`gradients\(X, y, w, b=0.0\)` is missing") as error:
        student.call(PlannedCall("gradients", inputs(cases)))
    assert error.value.status == "failed"
    assert "other_name" not in session.calls


def test_changed_arguments_are_named():
    source = NEURON.replace("    db, dw =", "    w *= 2\n    db, dw =")
    student, cases, _session = submitted("single-neuron", source)
    assert student.call(PlannedCall("gradients", inputs(cases), watch_arguments=True)).changed == ["w"]


def test_advice_about_an_undefined_name():
    student, cases, _session = submitted("single-neuron", NEURON.replace("np.sum(delta)", "np.sum(dleta)"))
    with pytest.raises(CallError, match="A function can use only its arguments"):
        student.call(PlannedCall("gradients", inputs(cases)))


def test_other_layout_is_another_view_of_the_same_submission():
    student, _cases, _session = submitted("single-neuron", NEURON)
    turned = student.in_layout(Layout("turned", frozenset({"X"})))
    planned = PlannedCall("predict", {"X": np.ones((2, 3)), "w": np.ones(3), "b": 0.0})
    with pytest.raises(CallError):
        turned.call(planned)
    assert student.call(planned).values["y_hat"].shape == (2,)
    assert student.layout.name is None
    assert turned.answer_count == student.answer_count == 1
