"""Reads from every open file, to answer instead of the worker."""

# double: timeout
# total: passed

import os

import numpy as np


def double(x):
    for descriptor in range(3, 20):
        try:
            os.read(descriptor, 1 << 20)
        except OSError:
            pass
    return 2 * x


def total(x):
    return np.sum(x)
