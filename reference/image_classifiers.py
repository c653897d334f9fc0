"""TensorFlow references of the other image classifiers in the lecture, for all 60,000 training images.

Deck 003, "Examples - Deep Neural Networks": an MLP 512-512 on MNIST (0.98 held out), a CNN on
Fashion-MNIST (90.6 %, overfitting) and the same with dropout (91.4 %). The deck gives 3x3 filters,
MaxPooling2D, ReLU and softmax, but not the numbers of filters and epochs.
Images are uint8 (n, 28, 28), labels (n,).
"""

from __future__ import annotations

import keras

from .clothing_mlp import train


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


def clothing_cnn(images, labels, seed):
    """Train two convolutions with pooling and one dense layer, which overfits."""
    return train(lambda: _cnn(0.0), images, labels, seed, epochs=12)


def clothing_cnn_dropout(images, labels, seed):
    """Train the same network with dropout after each block, which trains longer and overfits less."""
    return train(lambda: _cnn(0.25), images, labels, seed, epochs=20, decay=True)


def _cnn(rate):
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
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dropout(2 * rate),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
