"""Mistakes in the layers, the loss and the metrics of a Keras model, found from its description, its record and its predictions.

Each of them is a mistake in any exercise. What only slows training down is in :mod:`training_mistakes`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ...sandbox.failures import CallError
from ...sandbox.observations import KerasLayer, KerasModel, LabelForm, RecordedCall
from ...support import arrays
from ...support.i18n import _
from ...support.similar_names import normal
from ..context import Context
from . import outputs, training
from .layer_rules import NORMALISATIONS
from .outputs import Outputs
from .two_models import ModelProblem

NOISE = ("Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise", "SpatialDropout1D", "SpatialDropout2D")
NO_PROBABILITIES = (
    "relu",
    "relu6",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "swish",
    "tanh",
    "softplus",
    "softsign",
)
LARGEST_RATE = 0.8  # of dropout; usual are 0.2 to 0.5
DIFFERENT = 1e-3  # between two predictions for the same inputs
SPARSE = "sparsecategoricalcrossentropy"
ONE_HOT = ("categoricalcrossentropy", "categoricalfocalcrossentropy", "kldivergence", "kld", "categoricalhinge")
BINARY = ("binarycrossentropy", "binaryfocalcrossentropy")
REGRESSION = (
    "meansquarederror",
    "mse",
    "meanabsoluteerror",
    "mae",
    "huber",
    "logcosh",
    "meansquaredlogarithmicerror",
    "msle",
)
SINGLE_OUTPUT = ("binaryaccuracy", "truepositives", "falsepositives", "auc", "precision", "recall")


def of(context: Context, name: str, model: KerasModel, observed: Outputs | None) -> ModelProblem | None:
    """Return the first mistake in the layers or the loss of the submission's model ``name``, or None."""
    labels = labels_of(context, name)
    searches: list[Callable[[], ModelProblem | None]] = [
        lambda: _activation(name, model.layers, observed),
        lambda: loss(name, model, labels),
        lambda: _labels(name, model, labels),
        lambda: _frozen(name, model),
        lambda: _places(name, model),
        lambda: _used_twice(name, model.layers),
        lambda: _random(context, name, model),
    ]
    return next((mistake for search in searches if (mistake := search()) is not None), None)


def labels_of(context: Context, name: str) -> LabelForm | None:
    """Return the form of the labels in the last recorded training of the model, or None."""
    own_name = context.student.find_variable(name)
    own = [call for call in training.trainings(context.student.training()) if own_name in call.model]
    return own[-1].inputs.labels if own else None


def _activation(name: str, layers: Sequence[KerasLayer], observed: Outputs | None) -> ModelProblem | None:
    softmaxes = [
        index for index, layer in enumerate(layers) if layer.activation == "softmax" or layer.type == "Softmax"
    ]
    with_units = [index for index, layer in enumerate(layers) if layer.units is not None]
    if not with_units or observed is None:
        return None
    last = layers[with_units[-1]]
    if sum(index >= with_units[-1] for index in softmaxes) > 1:
        sentence = _(
            "`{model}` applies softmax twice: its probabilities go through a second softmax. Keep one of them."
        )
        return ModelProblem("softmax-applied-twice", sentence.format(model=name))
    if any(index < with_units[-1] and layers[index].units is not None for index in softmaxes):
        sentence = _(
            "A hidden layer of `{model}` has the activation softmax, which belongs to the output layer: use relu there."
        )
        return ModelProblem("softmax-in-hidden-layer", sentence.format(model=name))
    behind = layers[with_units[-1] + 1 :]
    own = [layer.activation for layer in (last, *behind) if layer.activation != "linear"] + [
        layer.type.lower() for layer in behind if layer.type in ("ReLU", "LeakyReLU", "ELU", "PReLU")
    ]
    if own and own[-1] in (*NO_PROBABILITIES, "leakyrelu", "prelu") and observed.kind != "probabilities":
        sentence = _(
            "The last layer of `{model}` has the activation {activation}, which does not give probabilities: use {right}."
        )
        right = "sigmoid" if observed.count == 1 else "softmax"
        return ModelProblem("wrong-output-activation", sentence.format(model=name, activation=own[-1], right=right))
    return None


def loss(name: str, model: KerasModel, labels: LabelForm | None) -> ModelProblem | None:
    """Return the mistake if the loss fits neither the outputs of the model nor the form of its labels, or None."""
    if model.loss is None:
        return None
    kind = normal(model.loss.name)
    count = model.output_count
    numbers = labels is not None and labels.is_number
    rows = labels is not None and labels.is_row
    values = {"model": name, "loss": model.loss.name, "count": count}
    if count == 1 and (kind == SPARSE or kind in ONE_HOT) and numbers:
        sentence = _(
            "The loss {loss} needs one output for each class, but `{model}` has a single output: use binary_crossentropy with a sigmoid."
        )
        return ModelProblem("loss-does-not-fit", sentence.format(**values))
    if count > 1 and kind in ONE_HOT and numbers:
        sentence = _(
            "The loss {loss} of `{model}` expects one-hot labels, but fit() gets class numbers: use sparse_categorical_crossentropy, or convert the labels with to_categorical()."
        )
        return ModelProblem("labels-in-the-wrong-form", sentence.format(**values))
    if count > 1 and kind == SPARSE and rows:
        sentence = _(
            "The loss {loss} of `{model}` expects class numbers, but fit() gets one-hot labels: use categorical_crossentropy, or pass the class numbers."
        )
        return ModelProblem("labels-in-the-wrong-form", sentence.format(**values))
    if count > 1 and (kind in REGRESSION or kind in BINARY) and numbers:
        sentence = _(
            "The loss {loss} compares each of the {count} outputs of `{model}` with the class number itself: use sparse_categorical_crossentropy."
        )
        return ModelProblem("loss-does-not-fit", sentence.format(**values))
    return None


def _labels(name: str, model: KerasModel, labels: LabelForm | None) -> ModelProblem | None:
    if model.output_count < 2:  # may be a regression
        return None
    if labels is None or labels.whole or not labels.is_number or not 0 <= labels.range[0] < labels.range[1] <= 1:
        return None
    sentence = _(
        "The labels that fit() of `{model}` gets are fractions from {low:g} to {high:g}, not class numbers: scale only the inputs."
    )
    text = sentence.format(model=name, low=labels.range[0], high=labels.range[1])
    return ModelProblem("labels-in-the-wrong-form", text)


def _frozen(name: str, model: KerasModel) -> ModelProblem | None:
    frozen = [
        layer.type for layer in model.layers if layer.frozen and layer.parameters and layer.type != "Normalization"
    ]
    if not frozen:
        return None
    sentence = _("`{model}` has layers whose weights are not trainable ({types}): leave out trainable = False.")
    return ModelProblem("frozen-layers", sentence.format(model=name, types=", ".join(frozen)))


def _places(name: str, model: KerasModel) -> ModelProblem | None:
    layers = model.layers
    if not model.sequential and any(layer.shape is None for layer in layers):
        return None  # their order is not known
    last = max((index for index, layer in enumerate(layers) if layer.units is not None), default=len(layers))
    for layer in layers[last + 1 :]:
        if layer.type in NOISE and (layer.rate is None or layer.rate > 0):
            sentence = _(
                "{layer} comes after the output of `{model}`, so it disturbs the probabilities: put it before the last Dense layer."
            )
            return ModelProblem("dropout-after-output", sentence.format(model=name, layer=layer.type))
        if layer.type in NORMALISATIONS and layers[last].activation in ("softmax", "sigmoid"):
            sentence = _(
                "{layer} comes after the output of `{model}`, so its outputs are not probabilities: put it before the last Dense layer."
            )
            return ModelProblem("normalisation-after-output", sentence.format(model=name, layer=layer.type))
    for layer in layers:
        if (
            layer.type in ("Dropout", "AlphaDropout", "SpatialDropout2D")
            and layer.rate is not None
            and layer.rate >= LARGEST_RATE
        ):
            sentence = _(
                "{layer} in `{model}` sets {percent:.0f} % of the nodes to zero: its rate is the share that is removed. Usual rates are 20 to 50 %."
            )
            return ModelProblem(
                "dropout-too-strong", sentence.format(model=name, layer=layer.type, percent=100 * layer.rate)
            )
    return None


def _used_twice(name: str, layers: Sequence[KerasLayer]) -> ModelProblem | None:
    twice = [layer for layer in layers if layer.uses > 1 and layer.parameters]
    if not twice:
        return None
    sentence = _(
        "`{model}` uses the same {layer} layer {count} times, so these places share their weights: create a new layer for each."
    )
    return ModelProblem("layer-used-twice", sentence.format(model=name, layer=twice[0].type, count=twice[0].uses))


def _random(context: Context, name: str, model: KerasModel) -> ModelProblem | None:
    """Return the mistake if the model predicts the same images differently: again, or together with other images."""
    suspects = [layer.type for layer in model.layers if layer.type in (*NOISE, "BatchNormalization")]
    inputs = outputs.inputs(context, name, model) if suspects else None
    if inputs is None:
        return None
    half = len(inputs) // 2
    try:
        whole, again, part = (
            arrays.numbers(context.student.predict(name, each)) for each in (inputs, inputs, inputs[:half])
        )
    except CallError:
        return None
    if whole is None or again is None or part is None or whole.shape != again.shape or part.shape != whole[:half].shape:
        return None
    scale = max(float(np.abs(whole).max()), 1e-6)
    apart = max(float(np.abs(whole - again).max()), float(np.abs(whole[:half] - part).max()))
    if not apart > DIFFERENT * scale:
        return None
    sentence = _(
        "`{model}` predicts the same images differently in two calls, so {layers} works as in training: leave out training=True."
    )
    return ModelProblem("random-at-prediction", sentence.format(model=name, layers=" / ".join(dict.fromkeys(suspects))))


def metrics(name: str, model: KerasModel, labels: LabelForm | None) -> ModelProblem | None:
    """Return the mistake if a metric does not fit the outputs and the labels of a classifier, or None."""
    count = model.output_count
    rows = labels is not None and labels.is_row
    listed = {normal(metric): metric for metric in model.metrics}
    wrong = None
    for kind, metric in listed.items():
        if count > 1 and kind in SINGLE_OUTPUT:
            wrong = metric
        if (
            labels is not None
            and count > 1
            and kind == ("sparsecategoricalaccuracy" if rows else "categoricalaccuracy")
        ):
            wrong = metric
        if count == 1 and kind in ("categoricalaccuracy", "sparsecategoricalaccuracy"):
            wrong = metric
    if "Accuracy" in model.metrics:  # the class compares outputs with labels for equality; the string does not
        wrong = "Accuracy"
    regression = next(
        (metric for kind, metric in listed.items() if kind in REGRESSION or kind == "rootmeansquarederror"), None
    )
    if wrong is None and regression and not any(kind == "acc" or "accuracy" in kind for kind in listed):
        wrong = regression
    if wrong is None:
        return None
    sentence = _(
        "The metric {metric} of `{model}` does not count the images that are classified correctly: use metrics=['accuracy']."
    )
    return ModelProblem("metric-does-not-fit", sentence.format(metric=wrong, model=name))


def of_failed_call(call: RecordedCall, name: str) -> ModelProblem | None:
    """Return the mistake because of which a recorded call of ``fit`` failed, or None."""
    model = call.failed
    if model is None:
        return None
    labels = call.inputs.labels
    return (
        _input_shape(call, name, model)
        or _flatten(name, model)
        or loss(name, model, labels)
        or metrics(name, model, labels)
        or _classes(name, model, labels)
    )


def _input_shape(call: RecordedCall, name: str, model: KerasModel) -> ModelProblem | None:
    own, expects = call.inputs.shape[1:], model.inputs
    if not call.inputs.shape or expects is None or len(expects) > 9:
        return None
    if own == expects or [*own, 1] == expects or own == [*expects, 1]:  # Keras adds or removes the last axis
        return None
    if "ncompatible" not in call.error and "nput" not in call.error:
        return None
    sentence = _(
        "`{model}` expects inputs of the shape {expects}, but one image in fit() has the shape {own}: change the input shape, or reshape the images."
    )
    return ModelProblem("wrong-input-shape", sentence.format(model=name, own=tuple(own), expects=tuple(expects)))


def _flatten(name: str, model: KerasModel) -> ModelProblem | None:
    if model.outputs is None or len(model.outputs) < 2:
        return None
    sentence = _(
        "The output of `{model}` has the shape {shape} for one image, because the image is never flattened: put Flatten() before the Dense layers."
    )
    return ModelProblem("flatten-missing", sentence.format(model=name, shape=tuple(model.outputs)))


def _classes(name: str, model: KerasModel, labels: LabelForm | None) -> ModelProblem | None:
    count = model.output_count
    if labels is None or not count or not labels.whole:
        return None
    classes = int(labels.range[1]) + 1 if labels.is_number else labels.shape[-1]
    if classes == count or (classes < count and labels.is_number):
        return None
    sentence = _(
        "`{model}` has {units} outputs, but the labels have {classes} classes: the last layer needs one unit for each class."
    )
    return ModelProblem("wrong-number-of-outputs", sentence.format(model=name, units=count, classes=classes))
