"""A clothing classifier, its overfitting, and what helps against it."""

import keras
import matplotlib.pyplot as plt
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()


def preprocess(images):
    """What your models take, from 0 to 1, of images (n, 28, 28) with integers from 0 to 255."""
    raise NotImplementedError


# The plain network with ten outputs, trained until it overfits, and what fit() returned.
model = None
history = None

# Draw the loss and the accuracy of the plain network against the epoch, training and validation both.

# The same task after dropout, L2, early stopping, a smaller network, or another way.
regularized_model = None
regularized_history = None
