"""Describes the submission's Keras models, lets them predict, and records how they were trained.

The record is evidence against a submission (test data in ``fit``), never for it: code that runs here
could write into it.
"""

from __future__ import annotations

import contextlib
import inspect
import random
from collections.abc import Callable, Iterator
from functools import partial, wraps
from types import ModuleType
from typing import Any

import numpy as np

from . import hooks, losses, training_data
from .settings import settings

Array = np.ndarray[Any, Any]
MAX_RECORDS = 200  # of a method, with what it was given
MAX_FITS = 2000  # with their histories at least: fit() may be called once an epoch
BATCH = 500  # for our predictions: the usual 32 takes several times as long

_records: list[tuple[Any, dict[str, Any]]] = []  # the model, and what happened to it
_depth = [0]  # evaluate within fit is Keras's own


def watch() -> None:
    """Record from now on what models are given."""
    hooks.after_import("keras.src.models.model", _record_all)


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
    return any("keras" in base.__module__ and base.__name__ == "Model" for base in type(value).__mro__)


def predict(model: Any, inputs: Array) -> Any:
    """What ``model`` predicts in evaluation mode, without leaving a trace in the record."""
    with _unrecorded():
        return model.predict(inputs, batch_size=BATCH, verbose=0) if is_model(model) else model.predict(inputs)


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


def records(namespace: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every recorded call in order, with the names that its model has in ``namespace``."""
    numbers: dict[int, int] = {}  # of the models, in the order in which they were used
    return [
        {
            **record,
            "number": numbers.setdefault(id(model), len(numbers)),
            "model": [name for name, value in list(namespace.items()) if value is model and type(name) is str],
        }
        for model, record in _records
    ]


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


def _record_all(module: ModuleType) -> None:
    for method in ("fit", "evaluate", "predict"):
        setattr(module.Model, method, _recorded(method, getattr(module.Model, method)))


def _recorded(method: str, original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def call(self: Any, *arguments: Any, **keywords: Any) -> Any:
        record: dict[str, Any] = {"method": method, "inputs": {}}
        count = sum(other["method"] == method for _, other in _records)
        if not _depth[0] and count < (MAX_FITS if method == "fit" else MAX_RECORDS):
            _records.append((self, record))
        if not _depth[0] and count < MAX_RECORDS:
            with contextlib.suppress(Exception):
                bound = inspect.signature(original).bind(self, *arguments, **keywords)
                _describe_call(record, bound.arguments)
                arguments, keywords = bound.args[1:], bound.kwargs
        with _unrecorded():
            result = original(self, *arguments, **keywords)
        if method == "fit":
            record["history"] = {}
            for key, values in getattr(result, "history", {}).items():
                with contextlib.suppress(Exception):  # a metric may have several values an epoch
                    record["history"][str(key)] = [float(value) for value in values]
        return result

    return call


@contextlib.contextmanager
def _unrecorded() -> Iterator[None]:
    _depth[0] += 1
    try:
        yield
    finally:
        _depth[0] -= 1


def _describe_call(record: dict[str, Any], given: dict[str, Any]) -> None:
    """Fill in the record, one piece after the other: what cannot be described leaves the rest.

    A generator is replaced in ``given`` by one that is described while it is used.
    """
    for name, role in (("x", "inputs"), ("validation_data", "validation")):
        if inspect.isgenerator(given.get(name)):
            given[name] = training_data.observed(given[name], partial(record.__setitem__, role))
    validation = given.get("validation_data")
    pair = isinstance(validation, tuple | list) and len(validation) >= 2
    pieces: dict[str, Callable[[], Any]] = {
        "inputs": lambda: training_data.describe(given.get("x"), given.get("y")),
        "validation": lambda: training_data.describe(*(tuple(validation or ())[:2] if pair else (validation, None))),
        "validation_split": lambda: float(given.get("validation_split") or 0.0),
        "epochs": lambda: int(given.get("epochs", 1)),
        "batch_size": lambda: int(given.get("batch_size") or 0),
        "callbacks": lambda: _describe_callbacks(given.get("callbacks") or []),
    }
    for name, describe_piece in pieces.items():
        if name != "validation" or validation is not None:
            with contextlib.suppress(Exception):
                record[name] = describe_piece()


def _describe_callbacks(callbacks: Any) -> list[dict[str, Any]]:
    listed = callbacks if isinstance(callbacks, list | tuple) else getattr(callbacks, "callbacks", [callbacks])
    return [
        {
            "types": [base.__name__ for base in type(callback).__mro__],
            "monitor": str(getattr(callback, "monitor", "")),
            "keeps_best": bool(getattr(callback, "save_best_only", False)),
            "settings": settings(callback),
        }
        for callback in listed
    ]
