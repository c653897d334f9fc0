"""A convolutional network for handwritten digits."""

import keras
import matplotlib.pyplot as plt
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()


def preprocess(images):
    """Return the input of your model, (n, 28, 28, 1) from 0 to 1, for images (n, 28, 28) with integers from 0 to 255."""
    raise NotImplementedError


# The convolutional network after training, and the result of its fit().
model = None
history = None

# Plot the loss and the accuracy against the epoch, for training and validation.
