"""Drives a Keras callback through a scripted training: nothing is trained, the grader decides what each epoch brings.

A :class:`ScriptedTraining` takes the place of the callback under its handle. The grader calls its methods, which have the
names of the methods of a callback; the callback is called as ``Model.fit`` calls it. Its model is small, but a real one, so
that a callback may read and set weights, save files, and change the learning rate.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
SIZES = (2, 3, 1)  # of the layers of the model, which has 13 weights and biases


class ScriptedTraining:
    """A training of a small model with one callback.

    Each method returns ``{"stop_training", "learning_rate", "weights"}`` of the model after the call: a boolean, a number
    and all weights and biases in one array (13,).
    """

    def __init__(self, callback: Any) -> None:
        """Raises TypeError if ``callback`` is not a Keras callback."""
        keras: Any = importlib.import_module("keras")
        if not isinstance(callback, keras.callbacks.Callback):
            raise TypeError(f"{type(callback).__name__} is not a keras.callbacks.Callback: derive the class from it")
        layers = [keras.layers.Dense(size) for size in SIZES[1:]]
        self._callback = callback
        self._model = keras.Sequential([keras.layers.Input(SIZES[:1]), *layers])
        self._model.compile(optimizer=keras.optimizers.SGD(0.01), loss="mse")
        self._epoch = 0
        self._logs: dict[str, float] = {}

    def on_train_begin(self, learning_rate: Any = None, weights: Any = None) -> dict[str, Any]:
        """Begin a training with these values; the model is always the same."""
        self._epoch, self._logs = 0, {}
        self._model.stop_training = False
        if learning_rate is not None:
            self._model.optimizer.learning_rate = float(learning_rate)
        self._set(weights)
        self._callback.set_params({"verbose": 0, "epochs": 100, "steps": 1})
        self._callback.set_model(self._model)
        self._callback.on_train_begin({})
        return self._state()

    def on_epoch_end(self, weights: Any = None, **logs: Any) -> dict[str, Any]:
        """End an epoch with these values in its logs, after which the model has these weights.

        As in ``Model.fit``, no epoch follows after the callback has set ``stop_training``.
        """
        if not self._model.stop_training:
            self._callback.on_epoch_begin(self._epoch, {})
            self._set(weights)
            self._logs = {name: float(value) for name, value in logs.items()}
            self._callback.on_epoch_end(self._epoch, dict(self._logs))
            self._epoch += 1
        return self._state()

    def on_train_end(self) -> dict[str, Any]:
        """End the training."""
        self._callback.on_train_end(dict(self._logs))
        return self._state()

    def _set(self, weights: Any) -> None:
        if weights is None:
            return
        values = np.asarray(weights, dtype=np.float32).ravel()
        place = 0
        for variable in self._model.weights:
            size = int(np.prod(variable.shape))
            variable.assign(values[place : place + size].reshape(variable.shape))
            place += size

    def _state(self) -> dict[str, Any]:
        weights = [np.asarray(array, dtype=np.float64).ravel() for array in self._model.get_weights()]
        return {
            "stop_training": bool(self._model.stop_training),
            "learning_rate": float(np.asarray(self._model.optimizer.learning_rate)),
            "weights": np.concatenate(weights),
        }


RESULTS = ("stop_training", "learning_rate", "weights")
METHODS = ("on_train_begin", "on_epoch_end", "on_train_end")
