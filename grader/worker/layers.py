"""Describes the layers of a Keras model in the order in which they compute, with their output shapes.

The list ``model.layers`` has neither for a subclassed model: it has the order in which the layers were created. So the model is
called once with zeros, and the calls of its layers are recorded.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from . import as_data, weights
from .settings import settings

MOST_CALLS = 1000  # of layers


def describe(model: Any) -> list[dict[str, Any]]:
    """Return the type, settings, output shape, number of parameters and number of uses of each layer.

    If the model cannot be called, its layers are in the order of ``model.layers``, without output shapes.
    """
    calls: list[tuple[Any, list[int]]] = []
    with contextlib.suppress(Exception):  # a model that is not built, has several inputs, or fails
        calls = _calls(model)
    if not calls:
        return [_describe(layer, model) for layer in _flat(model)]
    uses: dict[int, int] = {}
    for layer, _shape in calls:
        uses[id(layer)] = uses.get(id(layer), 0) + 1
    shapes = {id(layer): shape for layer, shape in reversed(calls)}
    different = {id(layer): layer for layer, _shape in calls}
    return [{**_describe(layer, model), "shape": shapes[key], "uses": uses[key]} for key, layer in different.items()]


def _calls(model: Any) -> list[tuple[Any, list[int]]]:
    """Return the layers that the model calls for one sample of zeros, each with its output shape without the samples."""
    base = sys.modules["keras"].layers.Layer
    record: list[tuple[Any, list[int]]] = []
    inside = [0]
    original = base.__call__
    base.__call__ = _watched(original, record, inside)
    try:
        model(np.zeros((1, *_input_shape(model)), np.float32), training=False)
    finally:
        base.__call__ = original
    return record


def _watched(original: Callable[..., Any], record: list[tuple[Any, list[int]]], inside: list[int]) -> Any:
    def call(self: Any, *arguments: Any, **keywords: Any) -> Any:
        own = not inside[0] and _is_leaf(self)
        inside[0] += own
        try:
            result = original(self, *arguments, **keywords)
        finally:
            inside[0] -= own
        if own and len(record) < MOST_CALLS:
            record.append((self, [int(size) for size in getattr(result, "shape", ())[1:]]))
        return result

    return call


def _is_leaf(layer: Any) -> bool:
    """True for a layer of Keras, and for a layer without layers in it; not for a model, whose layers count."""
    own_layers = getattr(layer, "_layers", None)
    return not as_data.is_model(layer) and (type(layer).__module__.startswith("keras.") or not own_layers)


def _input_shape(model: Any) -> tuple[int, ...]:
    """Return the shape of one sample. Raises an error for a model that does not tell it."""
    with contextlib.suppress(AttributeError):
        return tuple(int(size) for size in model.input_shape[1:])
    shapes = model._build_shapes_dict  # of a subclassed model
    return tuple(int(size) for size in next(iter(shapes.values()))[1:])


def _flat(model: Any) -> Iterator[Any]:
    for layer in model.layers:
        if as_data.is_model(layer):
            yield from _flat(layer)
        else:
            yield layer


def _describe(layer: Any, model: Any) -> dict[str, Any]:
    described: dict[str, Any] = {"type": type(layer).__name__, "settings": settings(layer)}
    if isinstance(getattr(layer, "units", None), int):
        described["units"] = layer.units
    activation = getattr(layer, "activation", None)  # a function, possibly from TensorFlow
    if activation is not None:
        described["activation"] = (
            str(getattr(activation, "__name__", type(activation).__name__)).removesuffix("_v2").lower()
        )
    with contextlib.suppress(Exception):  # a layer that is not built
        described["parameters"] = int(layer.count_params())
    with contextlib.suppress(Exception):
        if weights.is_frozen(layer, model):
            described["frozen"] = True
    rate = getattr(layer, "rate", None)
    if isinstance(rate, int | float):
        described["rate"] = float(rate)
    return described
