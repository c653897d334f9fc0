"""Functions of an assignment know their arguments, and check their signatures."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.assignment.functions import FunctionSpec

pytestmark = pytest.mark.quick


def test_signature_gives_arguments_and_defaults():
    function = FunctionSpec(signature="(X, w, b=0.5)", returns=["y"], may_ask=["m"], conventions={"half": 0.5})
    assert [(item.name, item.optional, item.default) for item in function.arguments] == [
        ("X", False, None),
        ("w", False, None),
        ("b", True, 0.5),
    ]
    assert function.inputs() == ["X", "w", "b", "m"]
    assert function.factors == [1.0, 0.5]
    assert function.complete({"X": 1, "m": 2}) == {"X": 1, "b": 0.5}


@pytest.mark.parametrize("signature", ["X", "(X", "(*X)", "(X, /)", "(X, **y)", "(X=f())", "(class)"])
def test_other_signatures_are_refused(signature):
    with pytest.raises(ValidationError, match="is not a Python signature"):
        FunctionSpec(signature=signature, returns=["y"])


def test_widths_of_a_submission_replace_those_of_the_task():
    function = FunctionSpec(signature="()", returns=["W"], shapes={"W": ["h", 3]}, widths={"h": 16})
    assert function.sizes() == {"W": (16, 3)}
    assert function.sizes({"h": 5}) == {"W": (5, 3)}
