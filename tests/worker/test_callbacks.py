"""A scripted training: it calls a callback as ``fit()`` does, and shows what the callback does to the model."""

from __future__ import annotations

import numpy as np
import pytest

from grader.worker.callbacks import ScriptedTraining

pytestmark = pytest.mark.long  # Keras


def test_a_callback_sees_the_epochs_and_changes_the_model():
    keras = pytest.importorskip("keras")

    class Recorder(keras.callbacks.Callback):
        def __init__(self):
            super().__init__()
            self.calls = []

        def on_train_begin(self, logs=None):
            self.calls.append("begin")

        def on_epoch_end(self, epoch, logs=None):
            self.calls.append((epoch, logs["val_loss"]))
            self.model.optimizer.learning_rate = 0.5
            self.model.stop_training = epoch == 1

        def on_train_end(self, logs=None):
            self.calls.append("end")
            self.model.set_weights([0 * array for array in self.model.get_weights()])

    callback = Recorder()
    training = ScriptedTraining(callback)
    weights = np.arange(13.0)
    assert training.on_train_begin(learning_rate=0.2)["learning_rate"] == pytest.approx(0.2)
    after = training.on_epoch_end(weights=weights, val_loss=3.0)
    assert not after["stop_training"] and after["learning_rate"] == 0.5
    assert sorted(after["weights"]) == [*weights]
    assert training.on_epoch_end(val_loss=2.0)["stop_training"]
    assert training.on_epoch_end(val_loss=1.0, weights=2 * weights)["weights"] == pytest.approx(after["weights"])
    assert not training.on_train_end()["weights"].any()
    assert not training.on_train_begin()["stop_training"]
    training.on_epoch_end(val_loss=7.0)
    assert callback.calls == ["begin", (0, 3.0), (1, 2.0), "end", "begin", (0, 7.0)]


def test_another_object_is_refused():
    with pytest.raises(TypeError, match="derive the class"):
        ScriptedTraining(object())
