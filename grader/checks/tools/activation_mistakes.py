"""Mistakes in the activations of a Keras model: of its output, also together with the loss, and softmax in other places."""

from __future__ import annotations

from collections.abc import Sequence

from ...sandbox.observations import KerasLayer, KerasModel
from ...support.i18n import _
from . import losses
from .layer_rules import UNLIMITED
from .outputs import Outputs
from .two_models import ModelProblem

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


def mistake(name: str, layers: Sequence[KerasLayer], observed: Outputs | None) -> ModelProblem | None:
    """Return the mistake in the activations of the layers; None also if the model gave no predictions ``observed``."""
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
        layer.type.lower() for layer in behind if layer.type in UNLIMITED
    ]
    if own and own[-1] in (*NO_PROBABILITIES, "leakyrelu", "prelu") and observed.kind != "probabilities":
        sentence = _(
            "The last layer of `{model}` has the activation {activation}, which does not give probabilities: use {right}."
        )
        right = "sigmoid" if observed.count == 1 else "softmax"
        return ModelProblem("wrong-output-activation", sentence.format(model=name, activation=own[-1], right=right))
    return None


def of_output(name: str, model: KerasModel, observed: Outputs | None) -> ModelProblem | None:
    """Return the mistake if the output is always 1, or if the loss takes logits for probabilities, or None."""
    if observed is None:
        return None
    if observed.count == 1 and observed.low == observed.high == 1:
        sentence = _(
            "The output of `{model}` is 1 for every input: a softmax over a single output is always 1. Use sigmoid for one output."
        )
        return ModelProblem("softmax-of-one-output", sentence.format(model=name))
    if model.loss is None or observed.kind != "logits" or losses.input_of(model).of != "probabilities":
        return None
    sentence = _(
        "`{model}` gives logits, numbers from {low:.3g} to {high:.3g}, but the loss {loss} expects probabilities: use {activation} as the last activation, or from_logits=True in the loss."
    )
    text = sentence.format(
        model=name,
        low=observed.low,
        high=observed.high,
        loss=model.loss.name,
        activation="sigmoid" if observed.count == 1 else "softmax",
    )
    return ModelProblem("logits-taken-for-probabilities", text)
