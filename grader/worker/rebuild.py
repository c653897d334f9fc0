"""Builds a model from data and lets it predict, in a worker that never loads a submission.

Requests are ``{"id", "configuration", "arguments"}``, where the arguments are an encoded tuple (weights, inputs, images, lookup).
``inputs`` are what the model takes; ``images`` are uint8 (n, ...), of which ``lookup`` makes that: (source, table, shape), so that the
entry j of an input of that shape is ``table[image.flat[source[j]], j]``. The answer is a list of what the model gives for each of the inputs,
then for each of the images. The configuration has been cleaned by the grader, and names nothing but classes of Keras.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import socket
from typing import Any

import numpy as np

from . import frames, values

Array = np.ndarray[Any, Any]
BATCH = 500


def serve(channel: socket.socket) -> None:
    """Import Keras, then answer requests until the grader hangs up."""
    with contextlib.suppress(Exception):  # said where it is needed
        importlib.import_module("keras")
    while True:
        try:
            request, payload = frames.receive(channel)
        except EOFError:
            os._exit(0)
        try:
            tree, raw = values.encode(
                _predicted(request["configuration"], *values.decode(request["arguments"], payload))
            )
            frame = frames.encode({"id": request["id"], "value": tree}, raw)
        except BaseException as error:
            frame = frames.encode({"id": request["id"], "error": f"{type(error).__name__}: {error}"[:500]})
        channel.sendall(frame)


def _predicted(
    configuration: dict[str, Any], weights: list[Array], inputs: list[Array], images: list[Array], lookup: Any
) -> list[Array]:
    model = _built(configuration, weights, (inputs[0].shape[1:] if inputs else lookup[2]))
    whole = [_in_batches(model, batch) for batch in inputs]
    if lookup is not None:
        source, table, shape = lookup
        rows = np.arange(len(source))
        whole += [
            _in_batches(model, batch, lambda one: table[one.reshape(len(one), -1)[:, source], rows].reshape(-1, *shape))
            for batch in images
        ]
    return whole


def _built(configuration: dict[str, Any], weights: list[Array], shape: Any) -> Any:
    """The model with its weights; raises ValueError where these are not those of the configuration."""
    keras: Any = importlib.import_module("keras")
    model = keras.saving.deserialize_keras_object(configuration, safe_mode=True)
    if not model.built:
        model.build((None, *shape))
    variables = list(model.weights)
    if [tuple(variable.shape) for variable in variables] != [array.shape for array in weights]:
        raise ValueError("the weights are not those of the configuration")
    for variable, array in zip(variables, weights, strict=True):
        variable.assign(array)
    for layer in model._flatten_layers():
        if type(layer) is keras.layers.Normalization and layer.input_mean is None:
            layer.finalize_state()
    return model


def _in_batches(model: Any, whole: Array, make: Any = None) -> Array:
    found = []
    for start in range(0, len(whole), BATCH):
        batch = whole[start : start + BATCH]
        batch = batch if make is None else make(batch)
        if batch.dtype.kind == "f":
            batch = batch.astype(np.float32)  # as predict() does
        found.append(np.asarray(model(batch, training=False)).astype(np.float32))
    return np.concatenate(found)
