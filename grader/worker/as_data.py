"""A Keras model as data: its configuration and its weights, from which another process can rebuild it.

Keras's own classes and methods, stored before student code ran, decide which objects are models and how they predict:
a class with the same name, or a method that a submission replaces, has no effect.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from . import hooks, weights

Array = np.ndarray[Any, Any]
MOST_CONFIGURATION = 1 << 20  # bytes
MOST_WEIGHTS = 24 << 20  # bytes

_type, _mro = type, type.__dict__["__mro__"].__get__
_classes: dict[str, type] = {}  # the original classes of Keras
_methods: dict[str, Callable[..., Any]] = {}
_PARTS = {
    "keras.src.models.model": "Model",  # kept by recording.py, before it replaces the methods
    "keras.src.models.sequential": "Sequential",
    "keras.src.models.functional": "Functional",
    "tf_keras.src.engine.training": "OlderModel",
}


def watch() -> None:
    """Store Keras's classes as soon as they are imported."""
    for module in list(_PARTS)[1:]:
        hooks.after_import(module, keep)


def keep(module: ModuleType) -> None:
    """Store the class of a module that has just been imported, and its current methods."""
    name = _PARTS[module.__name__]
    kind = _classes[name] = module.__dict__[name.removeprefix("Older")]
    for method in ("predict", "get_config"):
        _methods[f"{name}.{method}"] = getattr(kind, method)


def is_a(value: Any, *names: str) -> bool:
    """True if ``value`` is an instance of one of these classes of Keras; its ``__class__`` is ignored."""
    kinds = _mro(_type(value))
    return any(name in _classes and any(kind is _classes[name] for kind in kinds) for name in names)


def is_model(value: Any) -> bool:
    """True if ``value`` is a Keras model."""
    return is_a(value, "Model", "OlderModel")


def predict(model: Any, inputs: Array, batch: int) -> Any:
    """Return the result of Keras's own ``predict``, even if the class of ``model`` replaces the method."""
    name = "Model" if is_a(model, "Model") else "OlderModel"
    answer = _methods[f"{name}.predict"](model, inputs, batch_size=batch, verbose=0)
    is_foreign = isinstance(answer, np.ndarray) and answer.dtype.kind == "V"  # bfloat16, from mixed precision
    return answer.astype(np.float32) if is_foreign else answer


def taken(model: Any) -> dict[str, Any]:
    """Return ``{"configuration": JSON as uint8, "weights": arrays, "moving": flags, "digests", "otherwise", "distance"}``.

    ``configuration`` is missing (None) for a class that the submission defines, ``weights`` if they are too large.
    ``moving`` marks the weights that are statistics, which a prediction may change. The rest comes from :mod:`weights`.
    """
    variables = list(model.weights)
    arrays: list[Array] | None = [weights.as_array(variable) for variable in variables]
    size = sum(array.nbytes for array in arrays or [])
    layers = [layer for layer in _all_layers(model) if _is_moving(layer)]
    statistics = {id(variable) for layer in layers for variable in layer.non_trainable_weights}
    description: dict[str, Any] = {
        "configuration": _configuration(model),
        "moving": [id(variable) in statistics for variable in variables],
        "digests": weights.known(),
        "otherwise": weights.is_known_otherwise(model),
        "distance": weights.distance(arrays or []),
    }
    return {**description, "weights": arrays if size <= MOST_WEIGHTS else None}


def _is_moving(layer: Any) -> bool:
    return "Normalization" in _type(layer).__name__


def _all_layers(model: Any) -> list[Any]:
    with contextlib.suppress(Exception):
        return list(model._flatten_layers())
    return list(model.layers)


def _configuration(model: Any) -> Array | None:
    for name in ("Sequential", "Functional"):
        if is_a(model, name):
            with contextlib.suppress(Exception):
                config = _methods[f"{name}.get_config"](model)
                text = json.dumps({"class_name": name, "config": config}, default=_refuse).encode()
                if len(text) <= MOST_CONFIGURATION:
                    return np.frombuffer(text, np.uint8)
    return None


def _refuse(value: Any) -> Any:
    if _type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{_type(value).__name__} is not plain data")
