"""The weights are kept as references, training stops one epoch late, and every epoch is saved."""

import keras
import numpy as np


class BestWeights(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.best = np.inf
        self.best_weights = self.model.get_weights()

    def on_epoch_end(self, epoch, logs=None):
        if logs["val_loss"] < self.best:
            self.best = logs["val_loss"]
            self.best_weights = self.model.weights

    def on_train_end(self, logs=None):
        self.model.set_weights(self.best_weights)


class EarlyStop(keras.callbacks.Callback):
    def __init__(self, patience):
        super().__init__()
        self.patience = patience

    def on_train_begin(self, logs=None):
        self.best = np.inf
        self.wait = 0

    def on_epoch_end(self, epoch, logs=None):
        if logs["val_loss"] < self.best:
            self.best = logs["val_loss"]
            self.wait = 0
        else:
            self.wait += 1
            if self.wait > self.patience:
                self.model.stop_training = True


class HalveRate(keras.callbacks.Callback):
    def __init__(self, factor=0.5, patience=5):
        super().__init__()
        self.factor = factor
        self.patience = patience

    def on_train_begin(self, logs=None):
        self.best = np.inf
        self.wait = 0

    def on_epoch_end(self, epoch, logs=None):
        if logs["val_loss"] < self.best:
            self.best = logs["val_loss"]
            self.wait = 0
        else:
            self.wait += 1
            if self.wait == self.patience:
                optimizer = self.model.optimizer
                optimizer.learning_rate = float(optimizer.learning_rate) * self.factor
                self.wait = 0


random = np.random.default_rng(1)
x = random.uniform(-1, 1, (80, 1))
y = np.sin(3 * x) + 0.3 * random.normal(size=(80, 1))
x_train, y_train, x_val, y_val = x[:40], y[:40], x[40:], y[40:]

keras.utils.set_random_seed(1)
model = keras.Sequential(
    [
        keras.Input((1,)),
        keras.layers.Dense(64, "relu"),
        keras.layers.Dense(64, "relu"),
        keras.layers.Dense(1),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
checkpoint = keras.callbacks.ModelCheckpoint("best.weights.h5", monitor="val_loss", save_weights_only=True)
history = model.fit(
    x_train,
    y_train,
    epochs=60,
    validation_data=(x_val, y_val),
    verbose=0,
    callbacks=[
        BestWeights(),
        EarlyStop(15),
        HalveRate(0.5, 5),
        checkpoint,
        keras.callbacks.CSVLogger("log.csv"),
        keras.callbacks.TensorBoard("logs", histogram_freq=1),
    ],
)
