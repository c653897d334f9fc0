"""A generator, which is no answer."""

# double: failed
# total: TOTALS

import numpy as np


def double(x):
    yield from 2 * x


def total(x):
    return np.sum(x)
