"""Describes the submission's Keras models, and lets them predict."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np

from . import as_data, hooks, losses
from .recording import unrecorded
from .settings import settings

Array = np.ndarray[Any, Any]
BATCH = 500  # for our predictions: the usual 32 takes several times as long


def seed_random(seed: int) -> None:
    """Make TensorFlow and Keras repeatable with ``seed``."""
    hooks.after_import("tensorflow", lambda module: _settle(module, seed))
    hooks.after_import("keras", lambda module: module.utils.set_random_seed(seed))


def _settle(tensorflow: ModuleType, seed: int) -> None:
    for device in tensorflow.config.list_physical_devices("GPU"):
        tensorflow.config.experimental.set_memory_growth(device, True)
    tensorflow.random.set_seed(seed)  # determinism asks for one
    random.seed(seed)  # its import has drawn, and a forked worker does without that
    tensorflow.config.experimental.enable_op_determinism()


def is_model(value: Any) -> bool:
    """Whether ``value`` is a Keras model."""
    return as_data.is_model(value)


def predict(model: Any, inputs: Array) -> Any:
    """What ``model`` predicts in evaluation mode, without leaving a trace in the record."""
    with unrecorded():
        return as_data.predict(model, inputs, BATCH)


def describe(model: Any) -> dict[str, Any]:
    """Return layers, sizes, loss and optimizer of a Keras model, and how often that has changed its weights."""
    outputs = _size(model, "output_shape")
    optimizer: Any = getattr(model, "optimizer", None)
    described: dict[str, Any] = {
        "built": bool(model.built),
        "sequential": type(model).__name__ == "Sequential",
        "layers": [_describe_layer(layer) for layer in _flat(model)],
        "loss": losses.describe(
            getattr(model, "loss", None), min((outputs or [losses.OUTPUTS])[-1], losses.MOST_OUTPUTS)
        ),
        "optimizer": settings(optimizer),
        "inputs": _size(model, "input_shape"),
        "outputs": outputs,
        # The same variable in two models is the same object; that it is an address means nothing outside.
        "trainable": [id(variable) for variable in model.trainable_variables],
    }
    with contextlib.suppress(Exception):
        described["steps"] = int(optimizer.iterations)
    return described


def _size(model: Any, name: str) -> list[int] | None:
    """The shape of one input or output without the axis of samples; None where the model does not say."""
    with contextlib.suppress(Exception):  # a model that is not built, or has several inputs
        return [int(size) for size in getattr(model, name)[1:]]
    return None


def _flat(model: Any) -> Iterator[Any]:
    for layer in model.layers:
        if is_model(layer):
            yield from _flat(layer)
        else:
            yield layer


def _describe_layer(layer: Any) -> dict[str, Any]:
    described: dict[str, Any] = {"type": type(layer).__name__, "settings": settings(layer)}
    if isinstance(getattr(layer, "units", None), int):
        described["units"] = layer.units
    activation = getattr(layer, "activation", None)  # a function, also of TensorFlow
    if activation is not None:
        described["activation"] = (
            str(getattr(activation, "__name__", type(activation).__name__)).removesuffix("_v2").lower()
        )
    return described
