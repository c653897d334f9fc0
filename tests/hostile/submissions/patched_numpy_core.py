"""Replaces functions that the worker may use to send an answer."""

# double: error
# total: error

import numpy as np


def double(x):
    np.asarray = None
    return 3 * x


def total(x):
    return np.sum(x)
