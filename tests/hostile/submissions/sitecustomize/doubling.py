"""Contains files that Python runs automatically when it starts."""

# double: failed
# total: passed
# control: naive

import numpy as np


def double(x):
    return 3 * x


def total(x):
    return np.sum(x)
