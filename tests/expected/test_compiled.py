"""A compiled function computes the same as the formulas of its steps."""

from __future__ import annotations

import numpy as np
import pytest

from grader import assignment
from grader.assignment.formulas import Formula
from grader.assignment.functions import FunctionSpec
from grader.diagnosis.proving import cases_of
from grader.expected import compiled
from grader.expected.mutations import Mutations
from grader.expected.reference import Oracle


def made(signature, returns, others=None, **steps):
    layer = {name: Formula(text) for name, text in steps.items()}
    return compiled.function(FunctionSpec(signature=signature, returns=returns), layer, others or {})


@pytest.mark.parametrize("name", ["single-neuron", "relu-swap", "numpy-mnist", "cifar-grayscale"])
def test_compiled_function_gives_the_same_as_its_formulas(name):
    loaded = assignment.load(name)
    mutations = Mutations(loaded)
    for function, declared in loaded.content.functions.items():
        if not mutations.has_steps(function) or mutations.is_program(function):
            continue
        call = mutations._compiled(function)
        assert call is not None, function
        for case in cases_of(loaded, Oracle(loaded), function):
            right = mutations.results(function, [], case.inputs)
            inputs = declared.complete(case.inputs)
            answer = call(*(inputs[argument] for argument in declared.argument_names()))
            answer = answer if isinstance(answer, tuple) else (answer,)
            for array, expected in zip(answer, (right[result] for result in declared.returns), strict=True):
                assert array.dtype == np.float64
                assert np.array_equal(array, expected, equal_nan=True)


def test_quantities_are_ordered_by_their_needs_and_may_replace_an_argument():
    step = made("(w, rate, slope=2.0)", ["w", "size"], size="abs(w)", w="w - change", change="rate * slope")
    assert step(1.0, 0.25) == (0.5, 0.5)
    assert step(1.0, 0.25, 4.0) == (0.0, 0.0)


def test_other_functions_are_called_and_comprehensions_see_quantities():
    twice = made("(x)", ["y"], {"double": lambda x: 2 * x}, y="sum(double(a) + k for _ in range(3))", a="x + 1", k="1")
    assert twice(1.0) == 15.0


@pytest.mark.parametrize(
    ("signature", "steps"),
    [
        ("(x)", {"y": "x + unknown"}),
        ("(x)", {"a": "x"}),  # no y
        ("(x)", {"y": "a", "a": "y"}),
        ("(x)", {"y": "y + x"}),
        ("(sum)", {"y": "sum + 1"}),
        ("(x)", {"y": "relu + 1", "relu": "x"}),
    ],
)
def test_function_that_cannot_be_compiled(signature, steps):
    assert made(signature, ["y"], **steps) is None


def test_mutated_function_is_not_the_compiled_one():
    loaded = assignment.load("single-neuron")
    mutations = Mutations(loaded)
    (case, *_) = cases_of(loaded, Oracle(loaded), "gradients")
    right = mutations.results("gradients", [], case.inputs)
    forgotten = next(mutant for mutant in mutations.generated("predict") if mutant.bug.name == "bias-forgotten")
    with_bias = {**case.inputs, "b": 0.7}
    assert not np.allclose(
        mutations.results("gradients", [forgotten], with_bias)["dw"],
        mutations.results("gradients", [], with_bias)["dw"],
    )
    own = mutations.with_own({"predict": lambda X, w, b: np.zeros(len(X))})
    assert not np.allclose(own.results("gradients", [], case.inputs)["dw"], right["dw"])
    assert np.allclose(mutations.results("gradients", [], case.inputs)["dw"], right["dw"])
