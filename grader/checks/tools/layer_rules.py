"""The rules of an ``architecture`` check about the layers of a model: their types, order, sizes and parameters."""

from __future__ import annotations

from collections.abc import Sequence

from ...sandbox.observations import KerasLayer
from ...support.i18n import _, joined
from .outputs import Outputs
from .two_models import ModelProblem

UNLIMITED = ("ReLU", "LeakyReLU", "PReLU", "ELU")  # layers whose outputs cannot be probabilities
ACTIVATIONS = ("Activation", *UNLIMITED)
NORMALISATIONS = (
    "BatchNormalization",
    "LayerNormalization",
    "GroupNormalization",
    "UnitNormalization",
    "Normalization",
)
Size = int | None


def forbidden(model: str, layers: Sequence[KerasLayer], allowed: Sequence[str]) -> ModelProblem | None:
    """Return the problem if layers have types that are not ``allowed``; an empty list allows all."""
    other = sorted({layer.type for layer in layers if layer.type not in allowed})
    if not allowed or not other:
        return None
    sentence = _("`{model}` has layers of the type {types}; the task allows {allowed}.")
    return ModelProblem("", sentence.format(model=model, types=", ".join(other), allowed=", ".join(allowed)))


def order(model: str, layers: Sequence[KerasLayer], required: Sequence[str | list[str]]) -> ModelProblem | None:
    """Return the problem if the layers do not include the ``required`` types in this order, with any others between them.

    A list in ``required`` has types of which one is enough.
    """
    remaining = iter(layers)
    for entry in required:
        types = [entry] if isinstance(entry, str) else entry
        if any(layer.type in types for layer in remaining):
            continue
        path = _(", then ").join(_(" or ").join([each] if isinstance(each, str) else each) for each in required)
        own = ", ".join(layer.type for layer in layers)
        if not any(layer.type in types for layer in layers):
            sentence = _(
                "`{model}` has no layer of the type {types}; the task requires {wanted}, in this order. Its layers are {own}."
            )
        else:
            sentence = _(
                "The layer {types} of `{model}` is not in its place; the task requires {wanted}, in this order. Its layers are {own}."
            )
        text = sentence.format(model=model, types=_(" or ").join(types), wanted=path, own=own)
        return ModelProblem("layers-in-another-order" if _has_all(layers, required) else "", text)
    return None


def _has_all(layers: Sequence[KerasLayer], required: Sequence[str | list[str]]) -> bool:
    types = {layer.type for layer in layers}
    return all(types & {*([entry] if isinstance(entry, str) else entry)} for entry in required)


def units(model: str, layers: Sequence[KerasLayer], required: Sequence[int]) -> ModelProblem | None:
    """Return the problem if the layers with units, such as Dense, do not have the ``required`` sizes, in this order."""
    own = [layer.units for layer in layers if layer.units is not None for _use in range(layer.uses)]
    if not required or own == list(required):
        return None
    sentence = _("The Dense layers of `{model}` have {own} units; the task requires {wanted}.")
    sizes = joined(map(str, own)) if own else "0"
    return ModelProblem("", sentence.format(model=model, own=sizes, wanted=joined(map(str, required))))


def shapes(model: str, layers: Sequence[KerasLayer], required: Sequence[list[Size]]) -> ModelProblem | None:
    """Return the problem if the output shapes of the layers do not include the ``required`` ones in this order; None is any size.

    A model whose shapes are not known has no problem.
    """
    own = [layer.shape for layer in layers]
    if None in own:
        return None
    remaining = iter(own)
    for shape in required:
        if not any(other is not None and _fits(other, shape) for other in remaining):
            sentence = _("No layer of `{model}` has an output of the shape {shape} at its place. The shapes are {own}.")
            path = " → ".join(_shown(other) for other in own if other is not None)
            return ModelProblem("", sentence.format(model=model, shape=_shown(shape), own=path))
    return None


def _fits(own: Sequence[int], required: Sequence[Size]) -> bool:
    return len(own) == len(required) and all(two in (None, one) for one, two in zip(own, required, strict=True))


def _shown(shape: Sequence[Size]) -> str:
    return f"({', '.join('n' if size is None else str(size) for size in shape)})"


def parameters(model: str, layers: Sequence[KerasLayer], required: int | None) -> ModelProblem | None:
    """Return the problem if the model does not have the ``required`` number of parameters, without those of normalisations."""
    own = sum(layer.parameters for layer in layers if layer.type not in NORMALISATIONS)
    if required is None or own == required:
        return None
    sentence = _(
        "`{model}` has {own} parameters; a network as the task requires has another number. Compare the rows of model.summary() with the task."
    )
    return ModelProblem("", sentence.format(model=model, own=own))


def hidden(model: str, layers: Sequence[KerasLayer], at_least: int, observed: Outputs | None) -> ModelProblem | None:
    """Return the problem if there are too few hidden layers, or if these have no activation."""
    count = sum(layer.units is not None for layer in layers) - 1
    if count < at_least:
        sentence = _("`{model}` has {hidden} hidden layers; the task requires at least {wanted}.")
        return ModelProblem("", sentence.format(model=model, hidden=max(count, 0), wanted=at_least))
    last = last_with_units(layers)
    active = any(layer.activation != "linear" or layer.type in ACTIVATIONS for layer in layers[:last])
    if at_least and not active and observed is not None and observed.linear:
        return ModelProblem(
            "hidden-activation-missing",
            _(
                "The hidden layers of `{model}` have no activation, so together they are one linear layer: use relu."
            ).format(model=model),
        )
    return None


def last_with_units(layers: Sequence[KerasLayer]) -> int:
    """Return the index of the last layer with units, such as Dense, or 0."""
    return max((index for index, layer in enumerate(layers) if layer.units is not None), default=0)
