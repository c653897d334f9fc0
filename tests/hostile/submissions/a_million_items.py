"""Returns a list with a million items instead of an array."""

# double: failed
# total: passed

import numpy as np


def double(x):
    return list(range(10**6))


def total(x):
    return np.sum(x)
