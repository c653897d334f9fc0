"""The three callbacks share a base class that remembers the smallest val_loss; the network is functional."""

import keras
import numpy as np
from keras import layers


class WatchValLoss(keras.callbacks.Callback):
    """Counts the epochs since the smallest val_loss, and tells the class below after each of them."""

    def on_train_begin(self, logs=None):
        self.lowest = None
        self.bad_epochs = 0

    def on_epoch_end(self, epoch, logs=None):
        current = float(logs.get("val_loss"))
        if self.lowest is None or self.lowest > current:
            self.lowest, self.bad_epochs = current, 0
            self.better()
        else:
            self.bad_epochs += 1
            self.not_better()

    def better(self):
        pass

    def not_better(self):
        pass


class BestWeights(WatchValLoss):
    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        self.copies = []

    def better(self):
        self.copies = [np.array(w) for w in self.model.get_weights()]

    def on_train_end(self, logs=None):
        if self.copies:
            self.model.set_weights(self.copies)


class EarlyStop(WatchValLoss):
    def __init__(self, patience=10):
        super().__init__()
        self.max_bad_epochs = patience

    def not_better(self):
        if self.bad_epochs == self.max_bad_epochs:
            print("no better epoch for", self.max_bad_epochs, "epochs")
            self.model.stop_training = True


class HalveRate(WatchValLoss):
    def __init__(self, factor, patience):
        super().__init__()
        self.factor, self.patience = factor, patience

    def not_better(self):
        if self.bad_epochs < self.patience:
            return
        rate = self.model.optimizer.learning_rate
        rate.assign(rate * self.factor)
        self.bad_epochs = 0


def make_net(units):
    inputs = keras.Input(shape=(1,))
    h = inputs
    for n in units:
        h = layers.Dense(n, activation="relu")(h)
    net = keras.Model(inputs, layers.Dense(1)(h))
    net.compile(loss="mse", optimizer=keras.optimizers.Adam(learning_rate=0.01))
    return net


random = np.random.default_rng(1)
x = random.uniform(-1, 1, (80, 1))
y = np.sin(3 * x) + 0.3 * random.normal(size=(80, 1))
(x_train, x_val), (y_train, y_val) = np.split(x, 2), np.split(y, 2)

keras.utils.set_random_seed(7)
model = make_net([50, 50])
own_callbacks = [EarlyStop(patience=12), HalveRate(factor=0.5, patience=4), BestWeights()]
files = [
    keras.callbacks.CSVLogger(filename="log.csv"),
    keras.callbacks.ModelCheckpoint(filepath="best.weights.h5", save_weights_only=True, save_best_only=True),
    keras.callbacks.TensorBoard(log_dir="./logs", histogram_freq=1),
]
history = model.fit(
    x=x_train,
    y=y_train,
    validation_data=(x_val, y_val),
    batch_size=20,
    epochs=50,
    callbacks=files + own_callbacks,
    verbose=0,
)
