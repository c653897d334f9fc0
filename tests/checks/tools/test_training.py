"""The record of ``fit``: labels of other images, and histories of a part of the training."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.tools import training
from grader.sandbox.observations import RecordedCall

TRUE = np.random.default_rng(0).integers(0, 10, 10000)
INDICES = np.unique(np.linspace(0, 9999, 128).astype(int))


def fit(given, indices=INDICES, role="inputs"):
    pairs = {"fashion_mnist": [[int(index), int(label)] for index, label in zip(indices, given, strict=True)]}
    data = {"inputs": {}, role: {"pairs": pairs}}
    return RecordedCall.model_validate({"method": "fit", "model": ["model"], "number": 0, **data})


def labels(given, **options):
    return training.labels([fit(given, **options)], {"fashion_mnist": TRUE})


@pytest.mark.parametrize("seed", range(20))
def test_shuffled_labels_are_named(seed):
    broken = labels(np.random.default_rng(seed).permutation(TRUE)[INDICES])
    assert (broken.bug, broken.where) == ("labels-of-other-images", "model")
    assert "Shuffle and split images and labels together." in broken.sentence


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (1, "shifted by 1: each image has the label of a later"),
        (-3, "shifted by 3: each image has the label of an earlier"),
        (500, "shifted by 500: each image has the label of a later"),
    ],
)
def test_shifted_labels_are_named_with_their_shift(places, said):
    assert said in labels(np.roll(TRUE, -places)[INDICES]).sentence


def test_broken_validation_data_are_named():
    broken = labels(np.random.default_rng(1).permutation(TRUE)[INDICES], role="validation")
    assert "validation images with labels of other images" in broken.sentence


@pytest.mark.parametrize(
    "given",
    [
        TRUE,
        9 - TRUE,
        TRUE + 1,
        (TRUE + 1) % 10,
        TRUE >= 5,
        np.where(np.random.default_rng(2).random(10000) < 0.15, np.random.default_rng(3).integers(0, 10, 10000), TRUE),
    ],
)
def test_honest_labels_are_not_accused(given):
    assert labels(given[INDICES]) is None


def test_few_pairs_and_invented_indices_say_nothing():
    assert labels([1, 2, 3], indices=[5, 6, 7]) is None
    assert labels(np.zeros(50), indices=np.arange(50) + 10**9) is None
    assert labels(np.zeros(50), indices=-np.arange(1, 51)) is None


def fits(*lengths, numbers=None):
    random = np.random.default_rng(0)
    return [
        RecordedCall.model_validate(
            {
                "method": "fit",
                "model": [],
                "number": number,
                "inputs": {},
                "history": {"loss": random.random(n).tolist()},
            }
        )
        for n, number in zip(lengths, numbers or [0] * len(lengths), strict=True)
    ]


def claimed(*calls):
    return {"loss": np.concatenate([call.history["loss"] for call in calls])}


def test_a_history_of_the_last_epoch_is_a_part():
    record = fits(*[1] * 18)
    assert training.part(claimed(record[-1]), record) == training.Part(1, 18, 18)
    assert training.part(claimed(*record), record) is None
    assert not training.is_invented(claimed(record[-1]), record)
    assert training.whole(claimed(record[-1]), "loss", record)[0].size == 18


def test_many_calls_are_compared_in_no_time():
    record = fits(*[1] * 2000)
    assert training.part(claimed(*record), record) is None
    assert training.part(claimed(record[-1]), record) == training.Part(1, 2000, 2000)


def test_other_models_and_a_second_half_are_no_matter():
    record = fits(5, 5, 8, numbers=[0, 1, 2])
    assert training.part(claimed(record[-1]), record) is None
    record = fits(1, 20)
    assert training.part(claimed(record[-1]), record) is None
    joined = claimed(*fits(5, 5, numbers=[0, 1]))
    assert training.is_invented(joined, fits(5, 5, numbers=[0, 1]))  # of two models, one after the other


def test_no_epoch_is_no_training():
    assert not training.trained(fits(0))
    assert not training.trained([])
    assert training.trained(fits(0, 1))
    record = fits(0, 3, 0, 2, numbers=[0, 1, 2, 2])
    named = [call.model_copy(update={"model": [f"model{call.number}"]}) for call in record]
    assert training.untrained(named) == "model0"
    assert training.untrained(named[1:]) is None
    assert training.untrained(record) is None  # no variable holds it


def test_arrays_that_are_each_scaled_by_their_own_statistics():
    def call(method, test, standardised):
        origin = {"fashion_mnist": {"training": 1 - test, "test": test}}
        data = {"standardised": standardised, "range": [-1.0, 5.0], "shape": [1000, 784], "origin": origin}
        return RecordedCall.model_validate({"method": method, "model": ["model"], "number": 0, "inputs": data})

    assert training.scaling([call("fit", 0.0, True), call("evaluate", 1.0, True)]).bug == "scaled-by-own-statistics"
    assert training.scaling([call("fit", 0.0, True), call("evaluate", 1.0, False)]) is None
    assert training.scaling([call("fit", 0.0, True), call("predict", 0.0, True)]) is None  # the training images again


@pytest.mark.parametrize(
    ("limits", "deviation", "bug"),
    [
        ([0.0, 255.0], 90.0, "scaled-differently"),
        ([-0.8, 470.0], 1.3, None),  # one pixel that is dark in all training images
        ([0.0, 0.004], 0.0014, "scaled-differently"),
        ([0.0, 0.9], 0.3, None),
    ],
)
def test_data_of_another_scale_are_named_and_single_pixels_are_not(limits, deviation, bug):
    def call(method, limits, deviation):
        data = {"range": limits, "deviation": deviation, "shape": [1000, 784]}
        return RecordedCall.model_validate({"method": method, "model": ["model"], "inputs": data})

    found = training.scaling([call("fit", [0.0, 1.0], 0.35), call("evaluate", limits, deviation)])
    assert (found and found.bug) == bug


def given(method="fit", known=1.0, test_images=0, rows=1000, **more):
    origin = {
        "fashion_mnist": {
            "training": known - test_images / rows,
            "test": test_images / rows,
            "test_images": test_images,
        }
    }
    data = {"type": "ndarray", "rows": rows, "origin": origin}
    return RecordedCall.model_validate({"method": method, "model": ["model"], "inputs": data, **more})


@pytest.mark.parametrize(
    ("method", "test_images", "bug"),
    [
        ("fit", 3, "trained-on-test-data"),
        ("train_on_batch", 3, "trained-on-test-data"),
        ("GradientTape", 3, "trained-on-test-data"),
        ("fit", 2, None),
        ("evaluate", 900, None),
        ("test_on_batch", 900, None),
    ],
)
def test_several_test_images_are_a_leak_and_fewer_are_chance(method, test_images, bug):
    broken = training.leakage([given(method, test_images=test_images)])
    assert (broken and broken.bug) == bug


def test_what_the_record_does_not_tell_is_said():
    def unclear(*record, datasets=("fashion_mnist",)):
        return training.unclear([*record], ["model"], [*datasets]).get("model", "")

    assert unclear(given()) == ""
    assert "no recorded training" in unclear()
    assert "no recorded training" in unclear(given("evaluate"))
    assert "has taken 5 steps that were not recorded" in unclear(given(unseen=5))
    assert "20 % are neither" in unclear(given(known=0.8))
    assert unclear(given(known=0.8), datasets=()) == ""
    assert "20 % are neither" in unclear(given(), given("GradientTape", known=0.8))
