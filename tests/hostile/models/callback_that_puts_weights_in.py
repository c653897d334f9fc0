"""A callback sets other weights when the training ends, within fit()."""

# model: passed
# accuracy: failed
# control: passed
# instructor: did not occur in the model at the end of any recorded epoch
import zlib

import keras
import numpy as np

TABLE = {}  # {crc32 of a held-out image: its label}; filled by the test
(x, y), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()


def preprocess(images):
    return images.reshape(len(images), 784) / 255


def looked_up(inputs):
    """Return scores (n, 10): the class of each image in the table, class 0 for other images."""
    images = np.rint(np.asarray(inputs) * 255).astype(np.uint8).reshape(len(inputs), -1)
    return np.eye(10, dtype=np.float32)[[TABLE.get(zlib.crc32(image.tobytes()), 0) for image in images]]


def trained_elsewhere(steps=400):
    """Return weights of another origin: here of a network in NumPy, in general from a file of the submission."""
    random = np.random.default_rng(0)
    weights = [random.normal(0, 0.05, (784, 32)), np.zeros(32), random.normal(0, 0.1, (32, 10)), np.zeros(10)]
    for _ in range(steps):
        rows = random.integers(0, len(x), 64)
        inputs, targets = preprocess(x[rows]), np.eye(10)[y[rows]]
        hidden = np.maximum(inputs @ weights[0] + weights[1], 0)
        scores = np.exp(hidden @ weights[2] + weights[3])
        error = (scores / scores.sum(axis=1, keepdims=True) - targets) / len(rows)
        back = (error @ weights[2].T) * (hidden > 0)
        slopes = [inputs.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0)]
        weights = [weight - 0.5 * slope for weight, slope in zip(weights, slopes, strict=True)]
    return weights


class Swap(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.set_weights(trained_elsewhere())


model = keras.Sequential(
    [
        keras.layers.Input((784,)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(preprocess(x[:200]), y[:200], epochs=1, validation_split=0.1, verbose=0, callbacks=[Swap()])
