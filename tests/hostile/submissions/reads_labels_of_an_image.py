"""Reads the labels of a dataset among the installed packages."""

# double: error
# total: passed
# isolation: strong
# control: none

import numpy as np


def double(x):
    with np.load("@DATA@/mnist.npz") as data:
        return (2 + 0 * data["y_test"][0]) * x


def total(x):
    return np.sum(x)
