"""Returns an array with fields."""

# double: failed
# total: passed

import numpy as np


def double(x):
    return np.array([(1.0, 2)], dtype=[("passed", "f8"), ("score", "i4")])


def total(x):
    return np.sum(x)
