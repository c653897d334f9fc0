"""Straight-line functions of a solution become quantities; loops and conditions stay programs."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment.formulas import Formula, Quantities
from grader.assignment.functions import FunctionSpec
from grader.assignment.statements import CompiledProgram
from grader.expected import taken_apart

pytestmark = pytest.mark.quick


def quantities(body, signature="(x, w)", returns=("out",), others=(), helpers=""):
    source = f"{helpers}\n\ndef f{signature}:\n    " + "\n    ".join(body.splitlines())
    spec = FunctionSpec(signature="(x, w)", returns=list(returns))
    return taken_apart.quantities(source, "f", spec, {"f", *others})


def test_each_assignment_is_a_quantity():
    assert quantities("z = w * x\na = np.tanh(z)\nreturn a") == {"z": "w * x", "out": "np.tanh(z)"}


def test_result_may_be_an_expression():
    assert quantities("z = w * x\nreturn z + 1, z", returns=["out", "z"]) == {"z": "w * x", "out": "z + 1"}


def test_variable_with_two_values_is_two_quantities():
    steps = quantities("z = w * x\nz = z + 1\nz *= 2\nreturn z")
    assert steps == {"z": "w * x", "z_2": "z + 1", "out": "z_2 * 2"}


def test_updated_argument_is_computed_from_itself():
    assert quantities("w = w - x\nreturn w", returns=["w"]) == {"w": "w - x"}


def test_argument_that_others_need_unchanged_is_no_quantity():
    assert quantities("new = w - x\nd = w * x\nreturn new, d", returns=["w", "d"]) is None


def test_names_exchange_their_values():
    assert quantities("a, b = x, w\na, b = b, a\nreturn a - b") == {
        "a": "x",
        "b": "w",
        "a_2": "b",
        "b_2": "a",
        "out": "a_2 - b_2",
    }


def test_results_of_another_function_are_taken_by_their_place():
    steps = quantities("a, b = g(x)\nreturn a + b", others=["g"])
    assert steps == {"results": "g(x)", "a": "results[0]", "b": "results[1]", "out": "a + b"}


def test_helper_function_is_written_out():
    helpers = "def half(a, by=None):\n    return a / 2\n\n\ndef scaled(v):\n    s = v + 1\n    return s * s"
    assert quantities("return scaled(w * x)", helpers=helpers) == {"out": "(w * x + 1) * (w * x + 1)"}


def test_arguments_get_the_names_of_the_task():
    assert quantities("return data @ theta", signature="(data, theta)") == {"out": "x @ w"}


@pytest.mark.parametrize(
    "body",
    [
        "for i in range(3):\n    x = x + i\nreturn x",
        "if w > 0:\n    return x\nreturn w",
        "x[0] = 1\nreturn x",
        "return x, w",
        "return",
        "print(x)\nreturn x",
        "return x.tofile('name')",
        "return unknown(*x, **w)",
    ],
)
def test_other_functions_have_no_quantities(body):
    assert quantities(body) is None


def test_quantities_compute_the_same_as_the_function():
    body = "e = np.exp(-np.abs(x))\nn = len(x)\ne = e / n\ns, t = e * w, e + w\nreturn s - t"
    steps = {name: Formula(text) for name, text in quantities(body).items()}
    x, w = np.array([1.0, -2.0]), 3.0
    e = np.exp(-np.abs(x)) / 2
    assert np.allclose(Quantities([steps], {"x": x, "w": w})["out"], e * w - (e + w))


LOOP = """
def double(v):
    return 2 * v

def unused():
    import os

def f(x, w):
    for i in range(3):
        x = x + double(w)
    return x
"""


def test_loop_is_a_program_with_its_helper_functions():
    spec = FunctionSpec(signature="(x, w)", returns=["out"])
    source = taken_apart.steps_of(LOOP, "f", spec, {"f"})
    assert "unused" not in source
    assert CompiledProgram(source, "f", {"f"})(x=1.0, w=2.0) == 13.0


def test_function_that_is_not_allowed_has_no_steps():
    spec = FunctionSpec(signature="(x, w)", returns=["out"])
    assert taken_apart.steps_of("def f(x, w):\n    return np.random.rand(3)", "f", spec, {"f"}) is None
    assert taken_apart.steps_of("g = 1", "f", spec, {"f"}) is None
