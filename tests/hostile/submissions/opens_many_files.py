"""Opens more files than allowed."""

# double: error
# total: passed

import numpy as np


def double(x):
    return len([open("/dev/null") for _ in range(10**6)])


def total(x):
    return np.sum(x)
