"""Loops forever."""

# double: timeout
# total: passed

import numpy as np


def double(x):
    while True:
        pass


def total(x):
    return np.sum(x)
