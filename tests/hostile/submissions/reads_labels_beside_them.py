"""Reads a file with only labels, without images, among the installed packages."""

# double: error
# total: passed
# isolation: medium
# control: none

import numpy as np


def double(x):
    return (2 + 0 * np.load("@DATA@/labels.npy")[0]) * x


def total(x):
    return np.sum(x)
