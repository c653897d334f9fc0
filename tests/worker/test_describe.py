"""Descriptions of functions and errors of a submission."""

from __future__ import annotations

import functools
import inspect

import numpy as np
import pytest

from grader.worker import describe


def gradients(x, y, *, scale=1):
    def inner():
        return x

    if scale > 5:
        return x
    dw, db = x, y
    return dw, db, dw + db


def wrapped(*args, **kwargs):
    return gradients(*args, **kwargs)


@functools.wraps(gradients)
def wrapper(*args, **kwargs):
    return gradients(*args, **kwargs)


@pytest.mark.parametrize(
    "function",
    [
        lambda a: a,
        lambda a, b=None, *c, d, e=3, **f: a,
        lambda a, b, /, c=1, *, d=2: a,
        lambda a=1, b=2, /, **c: list(c),
        lambda *a, b, **c: a,
        lambda *a, **b: a,
        lambda: 1,
    ],
)
def test_parameters_are_those_of_a_signature(function):
    listed = [[p.name, p.kind.name, p.default is not p.empty] for p in inspect.signature(function).parameters.values()]
    assert describe.parameters(function) == listed


def test_parameters_have_name_kind_and_default():
    assert describe.parameters(gradients) == [
        ["x", "POSITIONAL_OR_KEYWORD", False],
        ["y", "POSITIONAL_OR_KEYWORD", False],
        ["scale", "KEYWORD_ONLY", True],
    ]
    assert describe.parameters(wrapper) == describe.parameters(gradients)


def test_function_without_a_signature_accepts_anything():
    assert describe.parameters(max) == [["args", "VAR_POSITIONAL", False]]


def test_names_in_the_last_return_are_listed():
    assert describe.returned_names(gradients) == ["dw", "db", ""]
    assert describe.returned_names(len) == []


def test_namespace_has_functions_and_other_values():
    namespace = {"f": gradients, "_private": gradients, "x": 3, "ones": np.ones, "A": ValueError}
    functions, others = describe.describe_namespace(namespace)
    assert "f" in functions
    assert "_private" not in functions
    assert "A" not in functions
    assert others == {"x": "int"}


def fail(depth):
    if depth:
        fail(depth - 1)
    raise ValueError("deep")


def test_error_has_its_innermost_and_outermost_line():
    with pytest.raises(ValueError, match="deep") as raised:
        fail(2)
    error = describe.describe_error(raised.value, lambda file: {} if file == __file__ else None)
    assert (error["type"], error["text"]) == ("ValueError", "deep")
    assert error["source"] == 'raise ValueError("deep")'
    assert error["outer_line"] > error["line"]


def test_hostile_exception_keeps_its_type():
    class Hostile(Exception):
        def __str__(self):
            raise SystemExit

    assert describe.describe_error(Hostile(), lambda _: None)["type"] == "Hostile"


def test_frames_of_keras_are_removed_from_an_error():
    text = (
        'Graph execution error:\n\nDetected at node x\n  File "/lib/keras/a.py", line 3\n'
        "Received a label value of 9 which is outside [0, 3).\n\t [[{{node x}}]]"
    )
    assert describe.useful(text) == "Received a label value of 9 which is outside [0, 3)."
    assert describe.useful("\x1b[1mred\x1b[0m") == "red"
    device = "{{function_node __wrapped__MatMul_device_/job:localhost/replica:0/task:0/device:CPU:0}} "
    said = "In[0] and In[1] has different ndims: [2,3] vs. [3] [Op:MatMul]"
    assert describe.useful(f"{device}{said} name: ") == describe.useful(f"{device}{said}") == said
