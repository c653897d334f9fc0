"""A list with a million items where an array is asked for."""

# double: failed
# total: passed

import numpy as np


def double(x):
    return list(range(10**6))


def total(x):
    return np.sum(x)
