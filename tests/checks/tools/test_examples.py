"""The smallest example of a failed check: small inputs for which the student's function fails in the same way."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.tools.asking import ExampleBudget
from grader.checks.tools.examples import smallest_example
from grader.sandbox.failures import CallError
from tests.checks.one_check import changed, check_of, diagnosed, solution, submission_context

NEURON = "single-neuron"


def example_of(assignment, name, source, functions=()):
    context, check = submission_context(assignment, source), check_of(assignment, name)
    try:
        outcome = check.run(context)
    except CallError as failure:
        bugs, is_error = None, failure.status == "error"
    else:
        bugs, is_error = diagnosed(outcome).bugs, False
    return smallest_example(context, check, bugs, dict(functions), ExampleBudget(0.0), is_error)


def value_of(example, source):
    """Return the value of the example's call in a session with only the submission."""
    names = {}
    exec(source, names)
    for statement in example.setup:
        exec(statement, names)
    return eval(example.call, names)


def arguments_of(example):
    """Return the arguments of the example's call."""
    function, call = example.call.partition("(")[0], example.call[: example.call.rindex(")") + 1]
    return eval(call, {"np": np, function: dict})


PREDICT = """
import numpy as np

def predict(inputs, weights, bias):
    return [sum(x * w for x, w in zip(row, weights)) - bias for row in inputs]
"""


def test_example_has_the_students_names_order_and_value():
    example = example_of(NEURON, "predict", PREDICT)
    assert example.call == "predict(inputs=[[0.0]], weights=[0.0], bias=0.0)"
    assert example.gives == "[0]"
    assert example.raises is None


def test_arrays_are_used_where_lists_do_not_work():
    source = changed(solution(NEURON), "np.sum((y - y_hat) ** 2)", "np.mean((y - y_hat) ** 2)")
    example = example_of(NEURON, "loss", source)
    assert "np.array(" in example.call
    np.testing.assert_allclose(value_of(example, source), float(example.gives), rtol=1e-5)


def test_example_of_an_average_has_two_samples():
    source = changed(solution(NEURON), "return X.T @ delta", "return X.T @ delta / len(y)")
    example = example_of(NEURON, "gradients", source)
    assert np.shape(arguments_of(example)["y"]) == (2,)


def test_right_function_has_no_example():
    assert example_of(NEURON, "predict", solution(NEURON)) is None


def test_exception_keeps_its_type():
    source = changed(solution(NEURON), "def predict(X, w, b=0.0):", "def predict(X, w, b=0.0):\n    assert b == 0")
    example = example_of(NEURON, "predict", source)
    assert example.gives is None
    assert example.raises.startswith("AssertionError")
    with pytest.raises(AssertionError):
        value_of(example, source)


def test_overflow_stays_an_overflow():
    source = "import numpy as np\n\ndef sigmoid(z):\n    return np.exp(z) / (1 + np.exp(z))\n"
    example = example_of(NEURON, "sigmoid-overflow", source)
    assert example.call == "sigmoid(z=[1000])"
    assert example.gives == "[nan]"


def test_result_of_another_shape_stays_one():
    source = changed(solution("numpy-mnist"), "def get_predictions(A3):", "def get_predictions(A3):\n    return A3")
    example = example_of("numpy-mnist", "predictions", source)
    assert np.ndim(value_of(example, source)) == 2


def test_kink_is_no_example():
    source = "import numpy as np\n\ndef der_ReLU(Z):\n    return (Z >= 0) * 1.0 + (np.abs(Z) > 2)\n"
    example = example_of("numpy-mnist", "der-relu", source)
    assert np.abs(arguments_of(example)["Z"]).max() > 2


def test_arguments_that_do_not_matter_are_named_as_the_student_names_them():
    source = "def gradients(features, y, weights, b=0.0):\n    return weights * 0, 1000 * b\n"
    example = example_of(NEURON, "gradients", source)
    assert set(example.any_value) <= {"features", "y", "weights", "b"}


def test_inputs_that_another_failed_check_expects_are_not_shown():
    source = changed(solution("relu-swap"), "db2 = dZ2", "db2 = 2 * dZ2")
    assert example_of("relu-swap", "backward", source) is not None
    assert example_of("relu-swap", "backward", source, {"forward": False}) is None


def test_random_result_is_no_example():
    source = "import numpy as np\n\ndef predict(X, w, b):\n    return np.random.rand(len(X))\n"
    assert example_of(NEURON, "predict", source) is None


def test_counter_in_a_global_variable_does_not_change_the_example():
    source = (
        "count = 0\n\ndef predict(X, w, b):\n    global count\n    count += 1\n    return [float(count)] * len(X)\n"
    )
    example = example_of(NEURON, "predict", source)
    assert example is None or value_of(example, source) == [float(item) for item in eval(example.gives)]


def test_bug_that_gives_another_type_has_an_example_all_the_same():
    source = changed(solution("relu-swap"), "db1 = dZ1.sum(axis=0)", "db1 = np.full(Z1.shape[1], np.sum(dZ1))")
    example = example_of("relu-swap", "backward", source)
    assert np.shape(eval(example.gives)) == (2,)
    np.testing.assert_allclose(value_of(example, source), eval(example.gives), rtol=1e-5)


MNIST = "numpy-mnist"


def test_example_of_a_chain_is_that_of_its_first_function_that_fails():
    source = changed(solution(MNIST), "w3 - alpha", "w3 + alpha")
    example = example_of(MNIST, "trajectory", source)
    assert example.call.startswith("update_params(")
    assert example_of(MNIST, "trajectory", source, {"back_propagation": False}) is None


def test_submission_that_takes_only_the_sizes_of_the_fallback_has_an_example_of_these_sizes(monkeypatch):
    context = submission_context(NEURON, "import math\n\ndef sigmoid(z):\n    return 1 / (2 + math.exp(-z))\n")
    probes = context.content.probes
    for fallback, call in ((None, None), ("scalar", "sigmoid(z=0)")):
        monkeypatch.setitem(probes, "matrix", probes["matrix"].model_copy(update={"fallback": fallback}))
        check = check_of(NEURON, "sigmoid").model_copy(update={"probes": ["matrix"], "name": f"with-{fallback}"})
        example = smallest_example(context, check, None, {}, ExampleBudget(0.0))
        assert (example and example.call) == call


def test_function_without_steps_shows_its_case_if_that_is_small():
    context, check = submission_context(NEURON, "def sigmoid(z):\n    return z\n"), check_of(NEURON, "sigmoid")
    context.mutations.has_steps = lambda function: False
    example = smallest_example(context, check, None, {}, ExampleBudget(0.0))
    assert (example.call, example.gives) == ("sigmoid(z=0.75)", "0.75")
    matrix = check.model_copy(update={"probes": ["matrix"]})
    assert smallest_example(context, matrix, None, {}, ExampleBudget(0.0)) is None
