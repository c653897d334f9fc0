"""Returns infinity, with a warning."""

# double: failed
# total: passed

import numpy as np


def double(x):
    return x / 0.0


def total(x):
    return np.sum(x)
