"""A clothing classifier, its overfitting, and how to reduce it."""

import keras
import matplotlib.pyplot as plt
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()


def preprocess(images):
    """Return the input of your models, from 0 to 1, for images (n, 28, 28) with integers from 0 to 255."""
    raise NotImplementedError


# The plain network with ten outputs, trained until it overfits, and the result of its fit().
model = None
history = None

# Plot the loss and the accuracy of the plain network against the epoch, for training and validation.

# The same task with dropout, L2, early stopping, a smaller network, or another method.
regularized_model = None
regularized_history = None
