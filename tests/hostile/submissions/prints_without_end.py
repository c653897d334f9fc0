"""Prints without an end."""

# double: output
# total: TOTALS

import numpy as np


def double(x):
    while True:
        print("x" * 1000)


def total(x):
    return np.sum(x)
