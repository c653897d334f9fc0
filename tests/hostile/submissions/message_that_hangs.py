"""Raises an exception whose conversion to text never ends."""

# double: timeout
# total: passed

import numpy as np


class Slow(Exception):
    def __str__(self):
        while True:
            pass


def double(x):
    raise Slow


def total(x):
    return np.sum(x)
