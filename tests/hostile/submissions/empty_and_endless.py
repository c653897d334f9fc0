"""Returns an array without entries whose first axis is too long to iterate over."""

# double: protocol
# total: passed

import numpy as np


def double(x):
    return np.empty((2**39, 0))


def total(x):
    return np.sum(x)
