"""``generalisation``: all unseen inputs must be right, and only because of training."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.assignment.declarations import Declarations
from grader.checks.generalisation import GeneralisationCheck
from grader.sandbox.failures import CallError
from tests.checks.one_check import bugs, changed, check_of, outcome_of, solution, submission_context

NEURON = solution("single-neuron")
PREDICT = "return sigmoid(X @ w + b)"
KEYS = {
    "kind": "generalisation",
    "name": "unseen",
    "title": "t",
    "points": 1,
    "train": "train",
    "predict": "predict",
    "probes": ["points"],
    "argument": "X",
    "inputs": [[0, 1]],
    "labels": [1],
}


def unseen(source, **changes):
    return outcome_of("single-neuron", "unseen-corners", source, **changes)


def problems(**keys):
    declarations = {
        "reference": "reference.py",
        "functions": {
            "train": {"signature": "(X, y)", "returns": ["w"]},
            "predict": {"signature": "(X, w)", "returns": ["y_hat"]},
        },
        "probes": {"points": {"inputs": {"X": [[1, 1]], "y": [1]}}},
    }
    check = GeneralisationCheck(**KEYS | keys)
    return [problem.sentence for problem in check.problems(Declarations.model_validate(declarations))]


@pytest.mark.quick
@pytest.mark.parametrize(
    ("keys", "sentences"),
    [
        ({"targets": "y"}, []),
        ({"argument": "images"}, ["'images' is not a known argument; allowed are X, w."]),
        ({"targets": "labels"}, ["'labels' is not a known input; allowed are X, y."]),
    ],
)
def test_argument_and_targets_must_be_known(keys, sentences):
    assert problems(**keys) == sentences


@pytest.mark.quick
def test_every_unseen_input_needs_a_label():
    with pytest.raises(ValidationError, match="1 inputs but 2 labels; give one label per input"):
        GeneralisationCheck(**KEYS | {"labels": [1, 0]})


def test_trained_neuron_gets_full_marks():
    outcome = unseen(NEURON)
    assert (outcome.share, bugs(outcome)) == (1, [])
    assert outcome.message == "All 4 unseen inputs are classified correctly after training."
    assert len(outcome.pictures[0].points) == 8  # four training inputs and four unseen inputs


def test_too_little_training_gets_no_points_although_some_inputs_are_right():
    outcome = unseen(changed(NEURON, "range(epochs)", "range(min(epochs, 100))"))
    assert (outcome.share, bugs(outcome)) == (0, ["stops-early"])
    assert "2 of 4 unseen inputs are classified correctly; wrong: [0 1 0] -> 0.0115" in outcome.message
    assert outcome.message.endswith("All inputs get the same class, so some of them are right by chance.")
    assert (outcome.evidence.content["right"], outcome.evidence.content["unseen"]) == (2, 4)


def test_right_answers_without_training_get_no_points():
    # The function has its own start, which classifies every corner correctly.
    source = NEURON.partition("def train")[0] + (
        "def train(X, y, learning_rate=1.0, epochs=100):\n"
        "    return np.array([-5.0, 10.0, 0.0]), -5.0, np.ones(epochs)\n"
    )
    context = submission_context("single-neuron", source)
    trained = check_of("single-neuron", "trajectory").run(context)  # finds that the function has its own start
    assert trained.share == 0
    outcome = check_of("single-neuron", "unseen-corners").run(context)
    assert outcome.share == 0
    assert "training hardly lowers the cost after its first epoch" in outcome.message


TRAIN = NEURON.index("def train")
IGNORES_ALL = """def train(X, y, w, b, learning_rate=1.0, epochs=100):
    return np.array([-5.0, 10.0, 0.0]), -5.0, np.ones(epochs)
"""


@pytest.mark.parametrize(
    ("source", "share"),
    [
        (NEURON[:TRAIN] + IGNORES_ALL, 0),
        (changed(NEURON, "range(epochs)", "range(1000)"), 1),  # trains, although it ignores one argument
        (changed(NEURON, "delta = (y_hat - y)", "delta = (y_hat - X[:, 1])"), 1),  # trains, on labels from the inputs
    ],
)
def test_wrong_training_must_depend_on_its_data(source, share):
    context = submission_context("single-neuron", source)
    check_of("single-neuron", "trajectory").run(context)
    context.log.mistaken_functions.add("train")
    outcome = check_of("single-neuron", "unseen-corners").run(context)
    assert outcome.share == share
    assert ("training on other data gives the same parameters" in outcome.message) == (share == 0)


def test_wrong_prediction_does_not_cost_the_points_of_training():
    source = changed(NEURON, "loss(y, predict(X, w, b))", "loss(y, sigmoid(X @ w + b))")
    source = changed(source, "y_hat = predict(X, w, b)", "y_hat = sigmoid(X @ w + b)")
    assert unseen(changed(source, PREDICT, "return sigmoid(X @ w + b)[:1]")).share == 1


def test_missing_training_function_fails():
    with pytest.raises(CallError, match="`train"):
        unseen(NEURON.partition("def train")[0])


def test_threshold_decides_the_class():
    outcome = unseen(NEURON, threshold=0.9999)
    assert outcome.share == 0
    assert "2 of 4 unseen inputs" in outcome.message
