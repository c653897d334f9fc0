"""``architecture``: the layers of a model, and whether its loss fits the output that it computes."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment.declarations import Declarations
from grader.checks.architecture import ArchitectureCheck
from grader.judging.wrong_answer import WrongAnswer
from grader.sandbox.failures import CallError
from tests.checks import models
from tests.checks.models import HIDDEN, LOGITS, OUTPUT, layer
from tests.checks.one_check import bugs

KEYS = {
    "kind": "architecture",
    "name": "layers",
    "title": "t",
    "points": 1,
    "model": "model",
    "outputs": 10,
    "hidden_layers": 1,
    "layers": ["Dense", "Dropout", "Activation"],
}
RANDOM = np.random.default_rng(0)
TO_HIDDEN, TO_OUTPUT = RANDOM.normal(size=(12, 8)), RANDOM.normal(size=(8, 10))
UNUSUAL = models.Loss(name="mean_squared_error", from_logits=False, settings="")


def logits(inputs):
    return np.maximum(inputs @ TO_HIDDEN, 0) @ TO_OUTPUT


def linear(inputs):
    return inputs @ TO_HIDDEN @ TO_OUTPUT


def softmax(scores):
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def probabilities(inputs):
    return softmax(logits(inputs))


def sigmoid(inputs):
    return 1 / (1 + np.exp(-logits(inputs)))


def judged(model, predict=probabilities, record=(), others=(), **keys):
    check = ArchitectureCheck(**KEYS | keys)
    known = {"model": model, **dict(others)}
    return check.run(models.context(check, models=known, record=record, predict=lambda _, inputs: predict(inputs)))


@pytest.mark.quick
def test_both_models_must_be_known():
    declarations = Declarations.model_validate({"variables": {"model": {"type": "model"}, "x": {"type": "array"}}})

    def problems(**keys):
        return [problem.sentence for problem in ArchitectureCheck(**KEYS | keys).problems(declarations)]

    assert problems() == []
    assert problems(model="x") == ["'x' is not a known variable of the type model; allowed are model."]
    assert "'plain' is not a known variable; allowed are model, x." in problems(differs_from="plain")


def test_right_model_gets_full_marks():
    outcome = judged(models.model(layer("InputLayer"), HIDDEN, OUTPUT))
    assert (outcome.share, bugs(outcome), outcome.evidence.notes) == (1, [], [])
    assert outcome.message == "`model` has the layers Dense, Dense and a loss that fits its output."
    assert judged(models.model(HIDDEN, layer("Dense", 10), loss=LOGITS), logits).share == 1


@pytest.mark.parametrize(
    ("model", "predict", "bug", "message"),
    [
        (
            models.model(layer("Conv2D", 8), OUTPUT),
            probabilities,
            "",
            "layers of the type Conv2D; the task allows Dense,",
        ),
        (models.model(OUTPUT), probabilities, "", "has 0 hidden layers; the task requires at least 1."),
        (
            models.model(layer("Dense", 32), OUTPUT),
            lambda inputs: softmax(linear(inputs)),
            "hidden-activation-missing",
            "so together they are one linear layer: use relu.",
        ),
        (
            models.model(HIDDEN, layer("Dense", 9, "softmax")),
            lambda inputs: softmax(logits(inputs)[:, :9]),
            "wrong-number-of-outputs",
            "`model` has 9 outputs; the task has 10 classes and needs one output for each.",
        ),
        (
            models.model(HIDDEN, layer("Dense", 10)),
            logits,
            "logits-taken-for-probabilities",
            "expects probabilities: use softmax as the last activation, or from_logits=True in the loss.",
        ),
    ],
)
def test_mistake_is_named(model, predict, bug, message):
    outcome = judged(model, predict)
    assert (outcome.share, bugs(outcome)) == (0, [bug] if bug else [])
    assert message in outcome.message


def test_dropout_after_the_output_is_named():
    outcome = judged(models.model(HIDDEN, OUTPUT, layer("Dropout")))
    assert (outcome.share, bugs(outcome)) == (0, ["dropout-after-output"])


def test_metric_that_does_not_fit_is_named():
    outcome = judged(models.model(metrics=["BinaryAccuracy"]))
    assert (outcome.share, bugs(outcome)) == (0, ["metric-does-not-fit"])
    assert judged(models.model(metrics=["accuracy", "mse"])).share == 1


def test_order_sizes_shapes_and_parameters_of_the_layers_are_required():
    shaped = [
        one.model_copy(update=keys)
        for one, keys in ((HIDDEN, {"shape": [32], "parameters": 416}), (OUTPUT, {"shape": [10], "parameters": 330}))
    ]
    model = models.model(*shaped)
    assert judged(model, order=["Dense", "Dense"], units=[32, 10], shapes=[[None], [10]], parameters=746).share == 1
    for keys in ({"order": ["Conv2D", "Dense"]}, {"units": [10]}, {"shapes": [[10], [32]]}, {"parameters": 745}):
        assert judged(model, **keys).share == 0


def test_activation_in_its_own_layer_counts():
    # These outputs look linear, as with a relu whose inputs are all positive.
    for model in (models.model(layer("Dense", 32), layer("Activation"), OUTPUT), models.model(HIDDEN, OUTPUT)):
        assert judged(model, lambda inputs: softmax(linear(inputs))).share == 1


def test_activation_between_the_layers_is_seen_in_the_outputs():
    assert judged(models.model(layer("Dense", 32), OUTPUT), probabilities).share == 1


def test_one_output_is_enough_for_two_classes():
    model = models.model(
        HIDDEN,
        layer("Dense", 1, "sigmoid"),
        loss=models.Loss(name="BinaryCrossentropy", from_logits=False, settings=""),
    )
    assert judged(model, lambda inputs: sigmoid(inputs)[:, :1], outputs=2).share == 1
    assert judged(model, lambda inputs: sigmoid(inputs)[:, :1], outputs=3).share == 0


@pytest.mark.parametrize(
    ("keys", "required"),
    [({"loss": None}, {}), ({"built": False}, {}), ({"built": False}, {"parameters": 669_706, "shapes": [[512]]})],
)
def test_model_that_is_not_compiled_fails(keys, required):
    with pytest.raises(WrongAnswer, match=r"has not been trained: call its compile\(\) and fit\(\)"):
        judged(models.model(**keys), **required)


def test_untrained_model_gets_half_of_the_points():
    outcome = judged(models.model(steps=0))
    assert (outcome.share, outcome.hint_fits, bugs(outcome)) == (0.5, False, [])
    assert outcome.message.endswith("it has not been trained: no epoch of fit() has been completed.")


@pytest.mark.parametrize(
    ("call", "share"),
    [
        (models.fit("model"), 1),
        (models.fit("model", epochs=0), 0.5),
        (models.fit("another"), 1),  # its weights may be loaded
    ],
)
def test_recorded_training_counts_without_steps_of_the_optimizer(call, share):
    assert judged(models.model(steps=0), record=[call]).share == share


@pytest.mark.parametrize(
    ("model", "predict", "note"),
    [
        (models.model(loss=LOGITS), probabilities, "already a softmax, so from_logits=True is wrong: accepted."),
        (models.model(loss=LOGITS), sigmoid, "already between 0 and 1, so from_logits=True is wrong: accepted."),
        (models.model(), sigmoid, "is an independent probability (sigmoid)"),
        (models.model(loss=UNUSUAL), probabilities, "The loss mean_squared_error is unusual for classes"),
    ],
)
def test_unusual_choice_is_accepted_with_a_note(model, predict, note):
    outcome = judged(model, predict)
    assert outcome.share == 1
    assert any(note in sentence for sentence in outcome.evidence.notes)
    assert note in outcome.message


def test_output_of_a_model_that_does_not_predict_is_not_judged():
    def stops(_inputs):
        raise CallError("error", "`model.predict` stopped.")

    outcome = judged(models.model(HIDDEN, layer("Dense", 10)), stops)
    assert (outcome.share, outcome.message) == (1, "`model` has the layers Dense, Dense.")
    assert judged(models.model(HIDDEN, layer("Dense", 9)), stops, outputs=9).share == 0  # the description says 10


def test_model_that_must_differ_is_compared_with_the_other():
    outcome = judged(models.model(), others={"plain": models.model()}, differs_from="plain")
    assert (outcome.share, bugs(outcome)) == (0, ["overfitting-not-addressed"])
    dropout = models.model(HIDDEN, layer("Dropout"), OUTPUT)
    assert judged(dropout, others={"plain": models.model()}, differs_from="plain").share == 1
