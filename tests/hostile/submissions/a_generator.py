"""Returns a generator, which is not an answer."""

# double: failed
# total: passed

import numpy as np


def double(x):
    yield from 2 * x


def total(x):
    return np.sum(x)
