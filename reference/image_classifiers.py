"""TensorFlow references of the image classifiers in the lecture: ``clothing-mlp``, ``mnist-mlp``, ``mnist-cnn`` and ``clothing-cnn``.

Exercise 4 of lecture deck 000: "set up an MLP with 10 output categories ... Do you see overfitting?
Try to get rid of overfitting effects". Deck 003 trains on all 60,000 images: two dense layers on Fashion-MNIST (87.7 % held
out with overfitting, 88.2 % with dropout), an MLP 512-512 on MNIST (98 %), a CNN on MNIST, a CNN on Fashion-MNIST
(90.6 %, overfitting) and the same with dropout (91.4 %). The deck gives 3x3 filters, MaxPooling2D, ReLU and softmax, but not the
numbers of filters and epochs. Images are uint8 (n, 28, 28), labels (n,).
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf


class Trained:
    """A classifier after training: called with images, it returns class scores (n, 10) as float32.

    ``history`` is Keras's record of the training: a list for each loss and accuracy, with one entry per epoch.
    """

    def __init__(self, model, history):
        self.model = model
        self.history = history

    def __call__(self, images):
        """Return the class scores in evaluation mode, without dropout."""
        return np.asarray(self.model.predict(scaled(images), batch_size=1000, verbose=0))


def scaled(images):
    """Return uint8 images as float32 in [0, 1], with the same shape."""
    return np.asarray(images, dtype=np.float32) / 255


def train(build, images, labels, seed, epochs, batch_size=64, validation=0.0, patience=None, decay=False):
    """Train the model that ``build()`` makes, repeatably on the same machine, and return :class:`Trained`.

    ``validation`` is the share of the training images used for validation. With ``patience``, training ends after
    that many epochs without a smaller validation loss, and the weights of the best epoch are restored. With
    ``decay`` the learning rate falls along a cosine from Adam's 0.001 to 0 at the last step.
    """
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    model = build()
    rate = 1e-3
    if decay:
        rate = keras.optimizers.schedules.CosineDecay(rate, epochs * -(-len(images) // batch_size))
    model.compile(optimizer=keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    # Shuffled first: Keras takes the last images for validation, and a file may be sorted by class.
    order = np.random.RandomState(seed).permutation(len(images))
    stop = [keras.callbacks.EarlyStopping("val_loss", patience=patience, restore_best_weights=True)] if patience else []
    history = model.fit(
        scaled(images)[order],
        np.asarray(labels)[order],
        batch_size=batch_size,
        epochs=epochs,
        validation_split=validation,
        callbacks=stop,
        verbose=0,
    )
    return Trained(model, history.history)


def plain(images, labels, seed):
    """Train the plain MLP, 784-128-10, for 25 epochs, which is long enough to overfit."""

    def build():
        return keras.Sequential(
            [
                keras.layers.Input((28, 28)),
                keras.layers.Flatten(),
                keras.layers.Dense(128, activation="relu"),
                keras.layers.Dense(10, activation="softmax"),
            ]
        )

    return train(build, images, labels, seed, epochs=25)


def regularized(images, labels, seed):
    """Train for the same task with dropout, an L2 penalty, and early stopping on a tenth of the training images.

    The penalty is 1 / n because it is added to the mean loss over n images: more images need a smaller penalty.
    """

    def build():
        return keras.Sequential(
            [
                keras.layers.Input((28, 28)),
                keras.layers.Flatten(),
                keras.layers.Dense(512, activation="relu", kernel_regularizer=keras.regularizers.l2(1 / len(images))),
                keras.layers.Dropout(0.5),
                keras.layers.Dense(10, activation="softmax"),
            ]
        )

    return train(build, images, labels, seed, epochs=15, batch_size=128, validation=0.1, patience=5, decay=True)


def preprocess(images):
    """Return the input of the models: images in [0, 1]."""
    return scaled(images).reshape(len(images), -1)


def mnist_mlp(images, labels, seed):
    """Train the MLP 784-512-512-10 of the deck."""

    def build():
        return keras.Sequential(
            [
                keras.layers.Input((28, 28)),
                keras.layers.Flatten(),
                keras.layers.Dense(512, activation="relu"),
                keras.layers.Dense(512, activation="relu"),
                keras.layers.Dense(10, activation="softmax"),
            ]
        )

    return train(build, images, labels, seed, epochs=10, batch_size=128, decay=True)


def mnist_cnn(images, labels, seed):
    """Train two convolutions with pooling and one dense layer, 121,930 parameters."""
    return train(lambda: _cnn(0.0, units=64), images, labels, seed, epochs=5)


def clothing_cnn(images, labels, seed):
    """Train two convolutions with pooling and one dense layer, which overfits."""
    return train(lambda: _cnn(0.0), images, labels, seed, epochs=12)


def clothing_cnn_dropout(images, labels, seed):
    """Train the same network with dropout after each block, which trains longer and overfits less."""
    return train(lambda: _cnn(0.25), images, labels, seed, epochs=20, decay=True)


def _cnn(rate, units=128):
    return keras.Sequential(
        [
            keras.layers.Input((28, 28)),
            keras.layers.Reshape((28, 28, 1)),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Dropout(rate),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Dropout(rate),
            keras.layers.Flatten(),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dropout(2 * rate),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
