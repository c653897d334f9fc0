"""An argument that takes all results of a function has the form in which the submission returns them."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment import load
from grader.sandbox.calls import SubmittedFunction
from grader.student.answers import RawAnswer
from grader.student.bundles import bundle
from grader.submission import Code

pytestmark = pytest.mark.quick

CONTENT = load("numpy-mnist").content
VALUES = {"W1": np.full((2, 3), 1.0), "b1": np.full((2, 1), 2.0)}
RESULTS = [np.zeros((2, 3)), np.zeros(2)]


def bundled(value, returns=(), code=""):
    parts = dict(zip(VALUES, RESULTS, strict=True))
    raw = None if value is None else RawAnswer(SubmittedFunction("init", [], list(returns)), value, parts, parts)
    return bundle(CONTENT, [*VALUES], "params", VALUES, raw, [Code("", code)]).value


def test_dict_keeps_its_keys_and_the_shapes_of_its_arrays():
    value = bundled({"weights": RESULTS[0], "b1": RESULTS[1]})
    assert value.keys() == {"weights", "b1"}
    assert value["b1"].shape == (2,)
    np.testing.assert_array_equal(value["weights"], VALUES["W1"])


def test_tuple_keeps_its_order():
    value = bundled((RESULTS[1], RESULTS[0]))
    assert [item.shape for item in value] == [(2,), (2, 3)]


def test_container_with_the_name_of_the_parameter_is_taken():
    value = bundled((5, {"W1": RESULTS[0]}, {"b1": RESULTS[1]}), ["n", "params", "other"])
    assert value.keys() == {"W1"}


def test_keys_are_read_from_the_code_without_an_example():
    assert bundled(None, code="def forward(params): return params['w1']").keys() == {"w1", "b1"}
