"""Describes the submission's Keras models, lets them predict, and records how they were trained.

The record is evidence against a submission (test data in ``fit``), never for it: code that runs here
could write into it.
"""

from __future__ import annotations

import contextlib
import inspect
import random
from collections.abc import Callable, Iterator
from functools import wraps
from types import ModuleType
from typing import Any

import numpy as np

from . import hooks
from .datasets import arrays, served

Array = np.ndarray[Any, Any]
MAX_RECORDS = 200
BATCH = 500  # for our predictions: the usual 32 takes several times as long
SAMPLED_ROWS = 64  # of an array that a model is given, to find out where it comes from
SAME = 0.9999  # correlation of two pictures that are the same but for scale and offset

_records: list[tuple[Any, dict[str, Any]]] = []  # the model, and what happened to it
_known: dict[str, tuple[Array, Array]] = {}
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
    """Return layers, loss and optimizer of a Keras model."""
    return {
        "built": bool(model.built),
        "sequential": type(model).__name__ == "Sequential",
        "layers": [_describe_layer(layer) for layer in _flat(model)],
        "loss": _describe_loss(getattr(model, "loss", None)),
        "optimizer": _settings(getattr(model, "optimizer", None)),
    }


def records(namespace: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every recorded call in order, with the names that its model has in ``namespace``."""
    return [
        {**record, "model": [name for name, value in list(namespace.items()) if value is model and type(name) is str]}
        for model, record in _records
    ]


def _flat(model: Any) -> Iterator[Any]:
    for layer in model.layers:
        if is_model(layer):
            yield from _flat(layer)
        else:
            yield layer


def _describe_layer(layer: Any) -> dict[str, Any]:
    described: dict[str, Any] = {"type": type(layer).__name__, "settings": _settings(layer)}
    if isinstance(getattr(layer, "units", None), int):
        described["units"] = layer.units
    activation = getattr(layer, "activation", None)  # a function, also of TensorFlow
    if activation is not None:
        described["activation"] = (
            str(getattr(activation, "__name__", type(activation).__name__)).removesuffix("_v2").lower()
        )
    return described


def _settings(thing: Any) -> str:
    """All that a layer, optimizer or callback was made with, but for names and seeds, to tell two of them apart."""
    config = thing.get_config() if hasattr(thing, "get_config") else vars(thing) if hasattr(thing, "__dict__") else {}
    kept = {
        str(key): str(value)[:300]
        for key, value in config.items()
        if key not in ("name", "seed", "build_config") and isinstance(value, int | float | str | dict | type(None))
    }
    return f"{type(thing).__name__} {sorted(kept.items())}"[:4000]


def _describe_loss(loss: Any) -> dict[str, Any] | None:
    if loss is None:
        return None
    if isinstance(loss, dict | list | tuple) and len(loss) == 1:  # of the only output
        loss = next(iter(loss.values())) if isinstance(loss, dict) else loss[0]
    if isinstance(loss, str):
        return {"name": loss, "from_logits": False, "settings": ""}
    # By its class, since a name can be chosen freely.
    name = loss.__name__ if hasattr(loss, "__name__") else type(loss).__name__
    from_logits = getattr(loss, "from_logits", None)
    if from_logits is None and hasattr(loss, "get_config"):
        from_logits = loss.get_config().get("from_logits")
    return {"name": str(name), "from_logits": bool(from_logits), "settings": _settings(loss)}


def _record_all(module: ModuleType) -> None:
    for method in ("fit", "evaluate", "predict"):
        setattr(module.Model, method, _recorded(method, getattr(module.Model, method)))


def _recorded(method: str, original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def call(self: Any, *arguments: Any, **keywords: Any) -> Any:
        record: dict[str, Any] = {"method": method, "inputs": {}}
        if not _depth[0] and sum(other["method"] == method for _, other in _records) < MAX_RECORDS:
            _records.append((self, record))
            with contextlib.suppress(Exception):
                _describe_call(record, inspect.signature(original).bind(self, *arguments, **keywords).arguments)
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
    """Fill in the record, one piece after the other: what cannot be described leaves the rest."""
    validation = given.get("validation_data")
    pair = isinstance(validation, tuple | list) and len(validation) >= 2
    pieces: dict[str, Callable[[], Any]] = {
        "inputs": lambda: _describe_data(given.get("x"), given.get("y")),
        "validation": lambda: _describe_data(*(tuple(validation or ())[:2] if pair else (validation, None))),
        "validation_split": lambda: float(given.get("validation_split") or 0.0),
        "epochs": lambda: int(given.get("epochs") or 1),
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
            "settings": _settings(callback),
        }
        for callback in listed
    ]


def _describe_data(x: Any, y: Any) -> dict[str, Any]:
    """Type, shape, range and origin of what a model is given."""
    if hasattr(x, "element_spec") and hasattr(x, "take"):  # a tf.data.Dataset: its first batch speaks for it
        batch = next(iter(x.take(1)))
        x, y = (batch[0], batch[1]) if isinstance(batch, tuple) and len(batch) > 1 else (batch, None)
    if not hasattr(x, "__array__"):
        return {"type": type(x).__name__}
    array = np.asarray(x)
    described: dict[str, Any] = {"type": type(x).__name__, "shape": list(array.shape), "dtype": array.dtype.name}
    if array.size and array.dtype.kind in "biuf":
        described["range"] = [float(array.min()), float(array.max())]
        described["origin"] = _origin(array, None if y is None else np.asarray(y))
    return described


def _origin(x: Array, y: Array | None) -> dict[str, dict[str, float]]:
    """For each served data set, which share of ``x`` are its training and its test images.

    Images are known again in any scale; where every pixel was scaled by itself, by a run of test labels.
    """
    rows = x[np.unique(np.linspace(0, len(x) - 1, SAMPLED_ROWS).astype(int))].reshape(-1, *x.shape[1:])
    rows = rows.reshape(len(rows), -1).astype(np.float32)
    found: dict[str, dict[str, float]] = {}
    for name in served():
        data = arrays(name)
        if rows.shape[1] != data["x_train"][0].size:
            continue
        if name not in _known:
            _known[name] = (_normal(data["x_train"]), _normal(data["x_test"]))
        shares = [float((_normal(rows) @ images.T > SAME).any(axis=1).mean()) for images in _known[name]]
        if not any(shares) and y is not None and len(y) >= 50:
            labels = y.argmax(axis=-1) if y.ndim == 2 and y.shape[1] > 1 else y.ravel()
            shares[1] = float(labels.astype(np.uint8).tobytes() in data["y_test"].tobytes())
        found[name] = {"training": shares[0], "test": shares[1]}
    return found


def _normal(images: Array) -> Array:
    flat = images.reshape(len(images), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True) + 1e-9
    return flat
