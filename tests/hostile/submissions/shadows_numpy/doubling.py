"""Contains its own numpy.py."""

# double: failed
# total: passed
# control: naive

import numpy as np


def double(x):
    return 3 * x


def total(x):
    return np.sum(x)
