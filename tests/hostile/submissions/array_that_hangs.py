"""Returns an object whose conversion to an array never ends."""

# double: timeout
# total: passed

import numpy as np


class Slow:
    def __array__(self, dtype=None, copy=None):
        while True:
            pass


def double(x):
    return Slow()


def total(x):
    return np.sum(x)
