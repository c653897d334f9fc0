"""Returns random numbers and hopes."""

# double: failed
# total: passed

import numpy as np


def double(x):
    return 2 * x + np.random.default_rng().normal(size=x.shape)


def total(x):
    return np.sum(x)
