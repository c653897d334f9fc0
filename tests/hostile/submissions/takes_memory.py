"""Allocates more memory than the machine has."""

# double: memory
# total: passed

import numpy as np


def double(x):
    return np.ones((10**5, 10**5))


def total(x):
    return np.sum(x)
