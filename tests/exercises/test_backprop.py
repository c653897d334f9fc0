"""The gradients of ``backprop`` for each number of layers, its reference, and right and wrong submissions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from grader.grading.wrong_solutions import wrong_solutions
from grader.report.wording import verdict
from tests.changed import changed
from tests.conftest import ROOT, bundled, known_wrong
from tests.exercises.conftest import statuses

EXERCISE = "backprop"
NETS = [(3, 4, 2), (4, 6, 5, 3), (3, 6, 5, 7, 4, 2), (4, 4, 4)]


def net(widths, seed=0):
    """Return X, y, weights and biases of a net with these widths."""
    random = np.random.default_rng(seed)
    weights = [random.normal(size=shape) for shape in itertools.pairwise(widths)]
    biases = [random.normal(size=width) for width in widths[1:]]
    return random.normal(size=(8, widths[0])), random.uniform(size=(8, widths[-1])), weights, biases


def differences(cost, arrays, place):
    """Return the central differences of a cost by each entry of an array of a list."""
    slopes = np.zeros_like(arrays[place])
    for index in np.ndindex(slopes.shape):
        ends = []
        for step in (1e-5, -1e-5):
            shifted = [array.copy() for array in arrays]
            shifted[place][index] += step
            ends.append(cost(shifted))
        slopes[index] = (ends[0] - ends[1]) / 2e-5
    return slopes


@pytest.mark.parametrize("widths", NETS)
def test_gradients_of_the_solution_are_central_differences(solution, widths):
    X, y, weights, biases = net(widths)

    def cost(weights, biases):
        return 0.5 * np.sum((solution.feed_forward(X, weights, biases)[1][-1] - y) ** 2)

    dW, db = solution.back_propagation(X, y, weights, biases)
    for layer in range(len(weights)):
        by_weights = differences(lambda arrays: cost(arrays, biases), weights, layer)
        by_biases = differences(lambda arrays: cost(weights, arrays), biases, layer)
        assert dW[layer] == pytest.approx(by_weights, abs=1e-8)
        assert db[layer] == pytest.approx(by_biases, abs=1e-8)


@pytest.mark.long
@pytest.mark.parametrize("widths", NETS)
def test_tape_agrees_with_the_solution(solution, reference, widths):
    inputs = net(widths)
    for right, own in zip(reference.back_propagation(*inputs), solution.back_propagation(*inputs), strict=True):
        assert [array.numpy() for array in right] == [pytest.approx(array, abs=1e-12) for array in own]


def test_solution_gets_full_marks_and_starter_nothing(graded, source):
    assert graded(EXERCISE, source).score == 100
    assert graded(EXERCISE, (ROOT / "assignments" / EXERCISE / "starter.py").read_text()).score == 0


def test_mistake_of_the_hidden_layers_is_named_for_each_number_of_layers(graded):
    report = graded(EXERCISE, known_wrong(EXERCISE, "derivative-missing-in-hidden-layers"))
    named = [check.diagnosis.bug for check in report.checks if check.name.startswith("gradients")]
    assert named == ["activation-derivative-missing"] * 3 and not report.passed


@pytest.mark.long
@pytest.mark.parametrize("name", ["bias-forgotten", "output-activation-missing", "preactivation-handed-on"])
def test_mistake_of_the_forward_pass_counts_once(graded, name):
    """The derivatives are right for the submission's own forward pass, but nobody passes with a wrong one."""
    report = graded(EXERCISE, known_wrong(EXERCISE, name))
    passed = [check for check in report.checks if check.name.startswith("gradients") and check.status == "passed"]
    assert len(passed) == 3 and not report.passed
    assert all("Judged by the results of your own" in check.message for check in passed)


@pytest.mark.long
def test_second_mistake_in_the_backward_pass_costs_its_own_points(graded, source):
    text = changed(source, ("a @ W + b", "a @ W"), ("delta = error * a * (1 - a)", "delta = error * a"))
    report = graded(EXERCISE, text)
    assert {statuses(report)[f"gradients-{depth}"] for depth in (2, 3, 5)} == {"failed"}


@pytest.mark.long
def test_forward_and_backward_passes_that_do_nothing_earn_nothing_for_each_other(graded):
    text = """
def feed_forward(X, weights, biases, activation=None):
    zs = [X[:, :1] * 0 + 0 * b for b in biases]
    return zs, zs
def back_propagation(X, y, weights, biases):
    return [0 * W for W in weights], [0 * b for b in biases]
"""
    report = graded(EXERCISE, text)
    assert {statuses(report)[f"gradients-{depth}"] for depth in (2, 3, 5)} == {"failed"}


def test_one_hidden_layer_is_not_enough(graded):
    report = graded(EXERCISE, known_wrong(EXERCISE, "only-one-hidden-layer"))
    assert statuses(report)["gradients-2"] == "passed" and statuses(report)["gradients-3"] == "error"
    assert not report.passed
    assert "The required checks gradients-3 and gradients-5 are not fully right." in verdict(report, 60)


CLASS = (ROOT / "examples" / EXERCISE / "correct.py").read_text()
FORMS = {
    "a class": (CLASS, []),
    "reversed lists": ("", [("return dW, db", "return dW[::-1], db[::-1]")]),
    "rows of bias gradients": ("", [("delta.sum(axis=0)", "delta.sum(axis=0, keepdims=True)")]),
    "arrays of objects": ("", [("return dW, db", "return np.array(dW + [0], dtype=object)[:-1], db")]),
    "pairs": ("", [("return dW, db", "return list(zip(dW, db))")]),
    "a dict": ("", [("return dW, db", "return {'grads_W': dW, 'grads_b': db}")]),
    "numbered keys": (
        "",
        [
            (
                "return dW, db",
                "return {**{f'dW{i + 1}': g for i, g in enumerate(dW)}, **{f'db{i + 1}': g for i, g in enumerate(db)}}",
            )
        ],
    ),
    "another order": (
        "",
        [
            ("def back_propagation(X, y, weights, biases)", "def backprop(biases, weights, targets, inputs)"),
            ("= feed_forward(X,", "= feed_forward(inputs,"),
            ("[X, *", "[inputs, *"),
            ("- y", "- targets"),
        ],
    ),
    "a required activation": (
        "",
        [
            ("activation=sigmoid", "activation"),
            ("= feed_forward(X, weights, biases)", "= feed_forward(X, weights, biases, sigmoid)"),
        ],
    ),
    "no activation by default": (
        "",
        [("activation=sigmoid", "act_func=None"), ("= activation(z)", "= (act_func or sigmoid)(z)")],
    ),
    "an activation for both": (
        "",
        [
            ("y, weights, biases)", "y, weights, biases, activation)"),
            ("= feed_forward(X, weights, biases)", "= feed_forward(X, weights, biases, activation)"),
        ],
    ),
    "the input in front": (
        "",
        [
            ("zs, activations = [], []\n    a = X", "zs, activations = [], [X]\n    a = X"),
            ("inputs = [X, *activations[:-1]]", "inputs = activations[:-1]\n    activations = activations[1:]"),
        ],
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("form", FORMS)
def test_other_forms_are_right(graded, source, form):
    own, changes = FORMS[form]
    assert graded(EXERCISE, changed(own or source, *changes)).score == 100


@pytest.mark.long
def test_lecture_without_an_argument_for_the_activation_loses_only_the_points_for_it(graded, source):
    of_lecture = changed(source, (", activation=sigmoid", ""), ("activation(z)", "sigmoid(z)"))
    report = graded(EXERCISE, of_lecture)
    [failed] = [check for check in report.checks if check.score < check.max_score]
    assert failed.name == "activation" and report.score == 97
    assert "it has no parameter for activation" in failed.message


@pytest.mark.long
@pytest.mark.parametrize("wrong", wrong_solutions(bundled(EXERCISE)), ids=lambda wrong: wrong.name)
def test_known_wrong_solutions_are_named_for_each_number_of_layers(graded, wrong):
    kind, _, layers = wrong.fails.rpartition("-")
    if wrong.bug is None or not layers.isdigit():
        pytest.skip("it has no bug in numbers")
    report = graded(EXERCISE, wrong.content().decode())
    for check in report.checks:
        if check.name.startswith(f"{kind}-"):
            assert wrong.bug in [item.bug for item in (check.diagnosis, *check.diagnosis.alternatives)], check.name
