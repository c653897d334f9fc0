"""Mistakes in the layers of a Keras model: frozen, in a wrong place, used twice, or with random numbers in predictions."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ...sandbox.failures import CallError
from ...sandbox.observations import KerasLayer, KerasModel
from ...support import arrays
from ...support.i18n import _
from ..context import Context
from . import outputs
from .layer_rules import NORMALISATIONS
from .two_models import ModelProblem

NOISE = ("Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise", "SpatialDropout1D", "SpatialDropout2D")
LARGEST_RATE = 0.8  # of dropout; usual are 0.2 to 0.5
DIFFERENT = 1e-3  # between two predictions for the same inputs


def frozen(name: str, model: KerasModel) -> ModelProblem | None:
    """Return the mistake if layers with weights were not trainable, or None."""
    types = [
        layer.type for layer in model.layers if layer.frozen and layer.parameters and layer.type != "Normalization"
    ]
    if not types:
        return None
    sentence = _("`{model}` has layers whose weights are not trainable ({types}): leave out trainable = False.")
    return ModelProblem("frozen-layers", sentence.format(model=name, types=", ".join(types)))


def places(name: str, model: KerasModel) -> ModelProblem | None:
    """Return the mistake if a dropout or a normalisation follows the output, or a dropout removes nearly all nodes."""
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


def flatten_missing(name: str, model: KerasModel, count: int) -> ModelProblem | None:
    """Return the mistake if the model gives ``count`` outputs at each place of an image, because it was never flattened."""
    shape = model.outputs or []
    if len(shape) < 2 or shape[-1] != count or math.prod(shape) == count:
        return None
    sentence = _(
        "The output of `{model}` has the shape {shape} for one image, because the image is never flattened: put Flatten() before the Dense layers."
    )
    return ModelProblem("flatten-missing", sentence.format(model=name, shape=tuple(shape)))


def used_twice(name: str, layers: Sequence[KerasLayer]) -> ModelProblem | None:
    """Return the mistake if a layer with weights is called at several places of one model, or None."""
    twice = [layer for layer in layers if layer.uses > 1 and layer.parameters]
    if not twice:
        return None
    sentence = _(
        "`{model}` uses the same {layer} layer {count} times, so these places share their weights: create a new layer for each."
    )
    return ModelProblem("layer-used-twice", sentence.format(model=name, layer=twice[0].type, count=twice[0].uses))


def random_predictions(context: Context, name: str, model: KerasModel) -> ModelProblem | None:
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
