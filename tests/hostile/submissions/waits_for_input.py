"""Waits for input."""

# double: error
# total: passed

import numpy as np


def double(x):
    return float(input("factor: ")) * x


def total(x):
    return np.sum(x)
