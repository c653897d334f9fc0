"""Calls itself without end."""

# double: error
# total: passed

import numpy as np


def double(x):
    return double(x)


def total(x):
    return np.sum(x)
