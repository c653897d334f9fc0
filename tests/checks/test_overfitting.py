"""``overfitting``: the gap of one model, and the part of it that another model removes without loss of accuracy."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.checks.overfitting import OverfittingCheck
from tests.checks import models
from tests.checks.models import DATASET, predicted
from tests.checks.one_check import bugs

KEYS = {
    "kind": "overfitting",
    "name": "gap",
    "title": "t",
    "points": 1,
    "dataset": DATASET,
    "preprocess": "preprocess",
    "bands": [{"share": 1, "at_least": 0.1}, {"share": 0.5, "at_least": 0.05}],
}
PLAIN, OTHER = models.model(), models.model(models.layer("Dense", 8, "relu"), models.OUTPUT)


def of_one(predictions):
    check = OverfittingCheck(**KEYS, model="plain")
    return check.run(models.context(check, {"plain": predictions}, {"plain": PLAIN}))


def of_two(plain, smaller, model=OTHER, plain_model=PLAIN, **keys):
    check = OverfittingCheck(**KEYS, model="smaller", less_than="plain", **keys)
    predictions = {name: item for name, item in (("plain", plain), ("smaller", smaller)) if item is not None}
    return check.run(models.context(check, predictions, {"plain": plain_model, "smaller": model}))


@pytest.mark.quick
def test_every_model_needs_a_reference():
    for keys in ({"reference": ["m.one", "m.two"]}, {"reference": ["m.one"], "less_than": "plain"}):
        with pytest.raises(ValidationError, match="name as many references as models"):
            OverfittingCheck(**KEYS, model="model", **keys)
    check = OverfittingCheck(**KEYS, model="model", less_than="plain", reference=["m.one", "m.two"])
    assert list(check.variables()) == [("model", "model"), ("plain", "model")]


def test_clear_gap_gets_full_marks():
    outcome = of_one(predicted(1.0, 0.8, notes=["Accepted."]))
    assert outcome.share == 1
    assert outcome.message == "The generalisation gap of `plain` is 20.0 % (18.2 to 21.8)."
    assert outcome.evidence.notes == [outcome.message, "Accepted."]
    assert outcome.evidence.content["training_accuracy"] == 1
    assert outcome.pictures[0].models[0].held_out == 0.8


@pytest.mark.parametrize(
    ("held_out", "share", "message"),
    [
        (0.925, 0.75, "is 7.5 % (6.3 to 8.7): train it longer, until the gap is clearly visible."),  # between two bands
        (0.9995, 0, "too small to be distinguished from zero: the model does not overfit."),
        (1.0, 0, "too small to be distinguished from zero: the model does not overfit."),
    ],
)
def test_small_gap_gets_fewer_points(held_out, share, message):
    outcome = of_one(predicted(1.0, held_out))
    assert outcome.share == share
    assert outcome.message.endswith(message)


def test_smaller_gap_gets_full_marks():
    outcome = of_two(predicted(1.0, 0.8), predicted(0.9, 0.8))
    assert outcome.share == 1
    assert outcome.message == "The generalisation gap of `smaller` is 10.0 %, and that of `plain` is 20.0 %."
    assert outcome.evidence.content["gap_of_plain"] == pytest.approx(0.2)
    assert [gap.model for gap in outcome.pictures[0].models] == ["plain", "smaller"]


@pytest.mark.parametrize(
    ("training", "held_out", "keys", "share", "message"),
    [
        (1.0, 0.8, {}, 0, ": it is not clearly smaller."),
        (0.985, 0.8, {}, 0.75, ": smaller, but not by much."),
        (0.8, 0.75, {}, 0, ", but its held-out accuracy is lower by 5.0 %: it must stay about the same."),
        (0.8, 0.75, {"accuracy_margin": 0.03}, 0.65, ", but its held-out accuracy is lower by 5.0 %"),
        (0.8, 0.75, {"accuracy_margin": 0.05}, 1, ", and that of `plain` is 20.0 %."),
    ],
)
def test_smaller_gap_must_be_clear_and_keep_the_accuracy(training, held_out, keys, share, message):
    outcome = of_two(predicted(1.0, 0.8), predicted(training, held_out), **keys)
    assert outcome.share == share
    assert message in outcome.message


def test_reduction_that_may_be_chance_gets_fewer_points():
    outcome = of_two(predicted(1.0, 0.99), predicted(0.999, 0.99))  # a tenth of the gap, but only two images
    assert outcome.share == 0.72
    assert outcome.message.endswith("smaller, but not by much.")


def test_losses_are_compared_where_the_models_give_scores():
    # The accuracies are the same; the other model is less certain of its mistakes.
    outcome = of_two(predicted(1.0, 0.8, certainty=(0.99, 0.99)), predicted(1.0, 0.8, certainty=(0.9, 0.7)))
    assert outcome.share == 1
    assert "(in the loss " in outcome.message
    assert outcome.evidence.content["loss_gap"] < outcome.evidence.content["loss_gap_of_plain"]
    worse = of_two(predicted(1.0, 0.8, certainty=(0.9, 0.7)), predicted(1.0, 0.8, certainty=(0.99, 0.99)))
    assert worse.share == 0
    assert worse.message.endswith("it is not clearly smaller.")


def with_variable(model):
    return model.model_copy(update={"trainable": [7]})


@pytest.mark.parametrize(
    ("model", "plain_model", "bug", "message"),
    [
        (
            PLAIN,
            PLAIN,
            "overfitting-not-addressed",
            "has the same layers, regularizers, callbacks and epochs as `plain`",
        ),
        (with_variable(OTHER), with_variable(PLAIN), "layers-shared", "`smaller` and `plain` share layers"),
    ],
)
def test_models_that_cannot_be_compared_are_named(model, plain_model, bug, message):
    # The other model need not predict for that.
    outcome = of_two(None, predicted(0.9, 0.8), model, plain_model)
    assert (outcome.share, bugs(outcome)) == (0, [bug])
    assert message in outcome.message


@pytest.mark.parametrize("name", ["plain", "smaller"])
def test_implausible_predictions_of_either_model_are_not_scored(name):
    own = {"plain": predicted(1.0, 0.8), "smaller": predicted(0.9, 0.8)}
    own[name].suspicious.append("The weights did not change.")
    outcome = of_two(**own)
    assert outcome.share == 0
    assert outcome.message.startswith(f"`{name}` is not scored here")


def test_note_about_both_models_is_written_once():
    outcome = of_two(predicted(1.0, 0.8, notes=["Accepted."]), predicted(0.9, 0.8, notes=["Accepted."]))
    assert outcome.evidence.notes == [outcome.message, "Accepted."]
