"""Returns a number with a billion digits."""

# double: timeout
# total: passed

import numpy as np


def double(x):
    return 10 ** (10**9)


def total(x):
    return np.sum(x)
