"""Raises KeyboardInterrupt, as if the user had pressed Ctrl-C."""

# double: error
# total: passed

import numpy as np


def double(x):
    raise KeyboardInterrupt


def total(x):
    return np.sum(x)
