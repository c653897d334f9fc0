"""Builds a model from data and returns its predictions, in a worker that never loads a submission.

Requests are ``{"id", "configuration", "arguments"}``, where the arguments are an encoded tuple (weights, inputs). Without
a configuration (None), the model of the last request is used. The answer is the output of the model for the inputs
(n, ...). The grader has cleaned the configuration: it names only classes of Keras.

``{"id", "hdf5"}`` has the encoded bytes of an HDF5 file that a submission has written; the answer is a list of its datasets.
The library that reads it is not made for hostile files, so it runs here.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import re
import socket
from typing import Any

import numpy as np

from . import frames, values

Array = np.ndarray[Any, Any]
BATCH = 500
MOST_DATASETS = 1000  # of an HDF5 file
LARGEST = 2 << 20  # entries of all its datasets


def serve(channel: socket.socket) -> None:
    """Import Keras, then answer requests until the grader closes the channel."""
    with contextlib.suppress(Exception):  # the first request reports the error
        importlib.import_module("keras")
    model: Any = None
    while True:
        try:
            request, payload = frames.receive(channel)
        except EOFError:
            os._exit(0)
        try:
            if "hdf5" in request:
                tree, raw = values.encode(_datasets(values.decode(request["hdf5"], payload)))
                channel.sendall(frames.encode({"id": request["id"], "value": tree}, raw))
                continue
            weights, inputs = values.decode(request["arguments"], payload)
            if request["configuration"] is not None:
                model = _built(request["configuration"], weights, inputs.shape[1:])
            tree, raw = values.encode(_predicted(model, inputs))
            frame = frames.encode({"id": request["id"], "value": tree}, raw)
        except BaseException as error:
            frame = frames.encode({"id": request["id"], "error": f"{type(error).__name__}: {error}"[:500]})
        channel.sendall(frame)


def _datasets(content: Array) -> list[Array]:
    """Return the datasets of numbers in an HDF5 file, at most MOST_DATASETS; raises OSError for another file.

    They are in the order of their names, in which dense_2 comes before dense_10.
    """
    h5py: Any = importlib.import_module("h5py")
    arrays: dict[str, Array] = {}
    left = LARGEST

    def take(name: str, item: Any) -> bool | None:
        nonlocal left
        if not isinstance(item, h5py.Dataset) or item.dtype.kind not in "fiu":
            return None
        left -= item.size
        if left < 0 or len(arrays) == MOST_DATASETS:
            return True  # ends the visit
        arrays[name] = np.asarray(item[()])
        return None

    with h5py.File(io.BytesIO(content.tobytes()), "r") as file:
        file.visititems(take)
    return [arrays[name] for name in sorted(arrays, key=_with_numbers)]


def _with_numbers(name: str) -> list[str | int]:
    """Return the texts and the numbers in a name, in turn."""
    return [int(part) if part.isdecimal() else part for part in re.split("([0-9]+)", name)]


def _built(configuration: dict[str, Any], weights: list[Array], shape: Any) -> Any:
    """Return the model with its weights; raises ValueError if their shapes do not fit the configuration."""
    keras: Any = importlib.import_module("keras")
    model = keras.saving.deserialize_keras_object(configuration, safe_mode=True)
    if not model.built:
        model.build((None, *shape))
    variables = list(model.weights)
    if [tuple(variable.shape) for variable in variables] != [array.shape for array in weights]:
        raise ValueError("the weights do not fit the configuration")
    for variable, array in zip(variables, weights, strict=True):
        variable.assign(array)
    for layer in model._flatten_layers():
        if type(layer) is keras.layers.Normalization and layer.input_mean is None:
            layer.finalize_state()
    return model


def _predicted(model: Any, inputs: Array) -> Array:
    if inputs.dtype.kind == "f":
        inputs = inputs.astype(np.float32)  # as predict() does
    batches = (inputs[start : start + BATCH] for start in range(0, len(inputs), BATCH))
    return np.concatenate([np.asarray(model(batch, training=False)).astype(np.float32) for batch in batches])
