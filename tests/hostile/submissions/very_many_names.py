"""Defines a hundred thousand functions."""

# double: failed
# total: failed

import numpy as np

for number in range(100_000):
    globals()[f"f{number}"] = lambda x: x


def double(x):
    return 2 * x


def total(x):
    return np.sum(x)
