"""Five optimizers of Keras on one problem. Replace `raise NotImplementedError` and every `None`."""

import keras
import matplotlib.pyplot as plt
import numpy as np

x = np.linspace(-1, 1, 64).reshape(-1, 1).astype("float32")
y = np.sin(3 * x)

NAMES = ["sgd", "momentum", "adagrad", "rmsprop", "adam"]
RATES = [0.01, 0.1, 10.0]


def run(optimizer, learning_rate, epochs, seed):
    """Make a new network with this seed, train it, and return the loss of each epoch."""
    raise NotImplementedError


# {(optimizer, learning_rate): the last loss of run(optimizer, learning_rate, epochs=20, seed=1)}
results = None

# The key of results with the smallest loss.
best = None

# Plot the last loss against the learning rate, one line for each optimizer.
