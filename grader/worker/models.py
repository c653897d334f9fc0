"""Describes the submission's Keras models, and runs their predictions."""

from __future__ import annotations

import contextlib
import random
from types import ModuleType
from typing import Any

import numpy as np

from . import as_data, hooks, layers, losses, optimizers
from .recording import unrecorded
from .settings import settings

Array = np.ndarray[Any, Any]
MOST_METRICS = 20
BATCH = 500  # for the grader's predictions: the usual 32 takes several times as long


def seed_random(seed: int) -> None:
    """Make TensorFlow and Keras repeatable with ``seed``."""
    hooks.after_import("tensorflow", lambda module: _settle(module, seed))
    hooks.after_import("keras", lambda module: module.utils.set_random_seed(seed))


def _settle(tensorflow: ModuleType, seed: int) -> None:
    for device in tensorflow.config.list_physical_devices("GPU"):
        tensorflow.config.experimental.set_memory_growth(device, True)
    tensorflow.random.set_seed(seed)  # deterministic operations need a seed
    random.seed(seed)  # the import used random numbers; a forked worker does not import
    tensorflow.config.experimental.enable_op_determinism()


def is_model(value: Any) -> bool:
    """True if ``value`` is a Keras model."""
    return as_data.is_model(value)


def predict(model: Any, inputs: Array) -> Any:
    """Return the predictions of ``model`` in evaluation mode; the call is not recorded."""
    with unrecorded():
        return as_data.predict(model, inputs, BATCH)


def describe(model: Any) -> dict[str, Any]:
    """Return layers, sizes, loss and optimizer of a Keras model, and the number of optimizer steps."""
    with unrecorded():
        described_layers = layers.describe(model)
    outputs = _size(model, "output_shape") or next(
        (layer["shape"] for layer in described_layers[::-1] if "shape" in layer), None
    )
    optimizer = optimizers.of(model)
    described: dict[str, Any] = {
        "built": bool(model.built),
        "sequential": type(model).__name__ == "Sequential",
        "layers": described_layers,
        "loss": losses.describe(
            getattr(model, "loss", None), min((outputs or [losses.OUTPUTS])[-1], losses.MOST_OUTPUTS)
        ),
        "optimizer": settings(optimizer),
        **_described_metrics(_metrics(model)),
        "inputs": _size(model, "input_shape"),
        "outputs": outputs,
        # A variable shared by two models is the same object. The numbers are addresses, which mean nothing elsewhere.
        "trainable": [id(variable) for variable in model.trainable_variables],
    }
    with contextlib.suppress(Exception):
        described["steps"] = int(optimizer.iterations)
    with contextlib.suppress(Exception):
        described["learning_rate"] = _learning_rate(optimizer)
    return described


def _metrics(model: Any) -> list[Any]:
    """Return the metrics with which the model was compiled: strings, functions or objects."""
    with contextlib.suppress(Exception):
        listed = model._compile_metrics._user_metrics
        if isinstance(listed, dict):
            listed = listed.values()
        return [*listed][:MOST_METRICS] if not isinstance(listed, str) else [listed]
    return []


def _described_metrics(listed: list[Any]) -> dict[str, Any]:
    """Return the names of metrics: of a class or a function, or the string; and the threshold of an accuracy that has one."""
    names = [str(one if isinstance(one, str) else getattr(one, "__name__", type(one).__name__)) for one in listed]
    thresholds = [getattr(one, "threshold", None) for one in listed]
    numbers = [float(one) for one in thresholds if isinstance(one, int | float)]
    return {"metrics": names, **({"threshold": numbers[0]} if numbers else {})}


def _learning_rate(optimizer: Any) -> float:
    """Return the learning rate, or the first one of a schedule."""
    rate = optimizer.get_config()["learning_rate"]
    if isinstance(rate, dict):
        config = rate["config"]
        rate = config.get("initial_learning_rate", (config.get("values") or [None])[0])
    return float(rate)


def _size(model: Any, name: str) -> list[int] | None:
    """Return the shape of the input or output without the axis of samples, or None if the model does not tell."""
    with contextlib.suppress(Exception):  # a model that is not built, or has several inputs
        return [int(size) for size in getattr(model, name)[1:]]
    return None
