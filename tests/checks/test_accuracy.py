"""``accuracy``: held-out images are classified correctly, in bands, and the reason for a low accuracy is named."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from grader.assignment.declarations import Declarations
from grader.checks import accuracy
from grader.checks.accuracy import AccuracyCheck
from grader.support.errors import NotGradable
from grader.worker.values import Kept
from tests.checks import models
from tests.checks.models import COUNT, DATASET, LABELS, predicted
from tests.checks.one_check import bugs

KEYS = {
    "kind": "accuracy",
    "name": "accuracy",
    "title": "t",
    "points": 1,
    "dataset": DATASET,
    "bands": [{"share": 1, "at_least": 0.6}, {"share": 0.5, "at_least": 0.3}],
}
OF_MODEL = {"model": "model", "preprocess": "preprocess"}
OF_FUNCTIONS = {"train": "train", "predict": "predict"}


def of_model(predictions, record=()):
    check = AccuracyCheck(**KEYS, **OF_MODEL)
    return check.run(models.context(check, {"model": predictions}, record=record))


def of_functions(answer, stand_in=False, **keys):
    calls = []

    def call(function, arguments, keep=None):
        calls.append((function, arguments))
        return None if keep else answer

    check = AccuracyCheck(**KEYS, **OF_FUNCTIONS, **keys)
    return check.run(models.context(check, call_in_task_layout=call, stand_in=stand_in)), calls


def problems(**keys):
    declarations = {
        "datasets": {DATASET: {}},
        "functions": {
            "train": {"signature": "(X, labels)", "returns": ["state"]},
            "predict": {"signature": "(state, X)", "returns": ["classes"]},
        },
    }
    check = AccuracyCheck(**KEYS | OF_FUNCTIONS | keys)
    return [problem.sentence for problem in check.problems(Declarations.model_validate(declarations))]


@pytest.mark.quick
@pytest.mark.parametrize(
    ("keys", "sentences"),
    [
        ({}, []),
        ({"dataset": "mnist"}, ["'mnist' is not a known dataset of this assignment; allowed are fashion_mnist."]),
        ({"labels": "y"}, ["'y' is not a known argument of train; allowed are X, labels."]),
        (
            {"images": "Z"},
            [
                "'Z' is not a known argument of train; allowed are X, labels.",
                "'Z' is not a known argument of predict; allowed are state, X.",
            ],
        ),
    ],
)
def test_dataset_and_arguments_must_be_known(keys, sentences):
    assert problems(**keys) == sentences


@pytest.mark.quick
@pytest.mark.parametrize("keys", [{}, {"model": "model"}, {"train": "train"}, OF_MODEL | OF_FUNCTIONS])
def test_either_a_model_or_functions_predict(keys):
    with pytest.raises(ValidationError, match="give either model and preprocess, or train and predict, not a mixture"):
        AccuracyCheck(**KEYS, **keys)


@pytest.mark.parametrize(
    ("value", "share", "message"),
    [
        (0.8, 1, "80.0 % (78.2 to 81.8) of the held-out images are classified correctly."),
        (
            0.4,
            0.5,
            "40.0 % (37.9 to 42.1) of the held-out images are classified correctly; full marks start at 60.0 %.",
        ),
        (0.2, 0, "classified correctly; points start at 30.0 %, full marks at 60.0 %."),
    ],
)
def test_accuracy_is_judged_in_bands(value, share, message):
    outcome = of_model(predicted(0.9, value, notes=["Accepted."]))
    assert (outcome.share, bugs(outcome)) == (share, [])
    assert outcome.message.endswith(message)
    assert outcome.evidence.content["accuracy"] == value
    assert outcome.evidence.content["images"] == COUNT
    assert outcome.evidence.notes == [outcome.message, "Accepted."]
    (chart,) = outcome.pictures
    assert np.trace(chart.counts) == value * COUNT


def other_classes(numbers):
    return models.Predicted(LABELS, numbers, None, None, [], [])


def test_model_that_guesses_is_named():
    outcome = of_model(other_classes(np.full(COUNT, 3)))
    assert (outcome.share, bugs(outcome)) == (0, ["no-better-than-chance"])
    assert outcome.bugs.bugs[0].where == "model"


def test_different_numbering_of_the_classes_is_named():
    outcome = of_model(other_classes((LABELS + 3) % 10))
    assert (outcome.share, bugs(outcome)) == (0, ["classes-renumbered"])
    assert "With a different numbering of the classes it would be 100.0 %" in outcome.message


@pytest.mark.parametrize(("trained", "expected"), [("model", ["labels-of-other-images"]), ("another", [])])
def test_labels_of_other_images_explain_a_low_accuracy(trained, expected):
    pairs = {DATASET: [[index, index // 10] for index in range(100)]}
    outcome = of_model(predicted(0.2, 0.2), record=[models.fit(trained, pairs=pairs)])
    assert (outcome.share, bugs(outcome)) == (0, expected)
    assert ("a wrong label" in outcome.message) == bool(expected)


def test_implausible_predictions_are_reported_and_not_scored():
    outcome = of_model(predicted(0.9, 0.8, suspicious=["The weights did not change."]))
    assert (outcome.share, outcome.hint_fits) == (0, False)
    assert outcome.message.startswith("`model` is not scored here")
    assert outcome.evidence.for_instructor == ["`model`: The weights did not change."]
    low = of_model(predicted(0.9, 0.2, suspicious=["The weights did not change."]))
    assert "points start at 30.0 %" in low.message  # nothing would be scored anyway


@pytest.mark.parametrize(("stand_in", "share"), [(False, 0), (True, 1)])
def test_too_high_accuracy_is_not_scored(stand_in, share):
    outcome, _calls = of_functions(LABELS, stand_in, at_most={"real": 0.95})
    assert outcome.share == share
    assert outcome.message.startswith("`train` is not scored here") == (not share)


def test_functions_train_on_training_data_and_predict_held_out_images():
    outcome, calls = of_functions(np.eye(10)[models.classes(0.7)].T)
    (train, training), (predict, prediction) = calls
    assert (train, predict) == ("train", "predict")
    assert (training["X"].shape, training["X"].dtype, training["X"].max()) == ((4, COUNT), np.float64, 1)
    assert (training["labels"].tolist(), training["labels"].dtype) == (LABELS.tolist(), np.int64)
    assert prediction.keys() == {"state", "X"}  # never the labels
    assert isinstance(prediction["state"], Kept)
    assert (outcome.share, outcome.evidence.content["accuracy"]) == (1, 0.7)


def test_images_that_no_message_can_hold_are_not_gradable(monkeypatch):
    monkeypatch.setattr(accuracy, "MAX_PAYLOAD", 4 * COUNT * 8 - 1)
    with pytest.raises(NotGradable, match=f"{COUNT} images are too many for one call"):
        of_functions(LABELS)


def test_bonus_check_measures_both_halves_for_a_leaderboard():
    outcome, _calls = of_functions(LABELS, bonus=True)
    assert outcome.evidence.content["halves"] == [1.0, 1.0]
    wrong_second = LABELS.copy()
    wrong_second[1::2] = 9 - wrong_second[1::2]
    outcome, _calls = of_functions(wrong_second, bonus=True)
    assert outcome.evidence.content["halves"] == [1.0, float((wrong_second[1::2] == LABELS[1::2]).mean())]
    assert "halves" not in of_functions(LABELS)[0].evidence.content
