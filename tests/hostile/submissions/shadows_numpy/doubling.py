"""Brings a numpy.py of its own."""

# double: failed
# total: passed
# control: naive

import numpy as np


def double(x):
    return 3 * x


def total(x):
    return np.sum(x)
