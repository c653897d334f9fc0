"""An array without an entry, and with more rows than anybody can count."""

# double: protocol
# total: passed

import numpy as np


def double(x):
    return np.empty((2**39, 0))


def total(x):
    return np.sum(x)
