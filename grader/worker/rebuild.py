"""Builds a model from data and returns its predictions, in a worker that never loads a submission.

Requests are ``{"id", "configuration", "arguments"}``, where the arguments are an encoded tuple (weights, inputs). Without
a configuration (None), the model of the last request is used. The answer is the output of the model for the inputs
(n, ...). The grader has cleaned the configuration: it names only classes of Keras.
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
            weights, inputs = values.decode(request["arguments"], payload)
            if request["configuration"] is not None:
                model = _built(request["configuration"], weights, inputs.shape[1:])
            tree, raw = values.encode(_predicted(model, inputs))
            frame = frames.encode({"id": request["id"], "value": tree}, raw)
        except BaseException as error:
            frame = frames.encode({"id": request["id"], "error": f"{type(error).__name__}: {error}"[:500]})
        channel.sendall(frame)


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
