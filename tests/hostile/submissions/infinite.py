"""Infinity, and a warning."""

# double: failed
# total: TOTALS

import numpy as np


def double(x):
    return x / 0.0


def total(x):
    return np.sum(x)
