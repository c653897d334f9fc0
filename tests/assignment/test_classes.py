"""The models of classes in an assignment."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.assignment.classes import ClassSpec, MethodSpec


def test_names_of_a_class_are_the_arguments_and_results_of_its_methods():
    spec = ClassSpec(signature="(eta, rho)", methods={"update": MethodSpec(signature="(g)", returns=["change"])})
    assert spec.names() == ["eta", "rho", "g", "change"]


def test_method_without_results_can_be_bound_like_a_function():
    function = MethodSpec(aliases=["clear"]).as_function()
    assert function.signature == "()"
    assert function.aliases == ["clear"]


@pytest.mark.parametrize("model", [ClassSpec, MethodSpec])
def test_signature_must_be_python(model):
    with pytest.raises(ValidationError, match="is not a Python signature"):
        model(signature="eta")
