"""Prints without end."""

# double: output
# total: passed

import numpy as np


def double(x):
    while True:
        print("x" * 1000)


def total(x):
    return np.sum(x)
