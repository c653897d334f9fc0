"""Raises an exception that fails when it is converted to text."""

# double: error
# total: passed

import numpy as np


class Bad(Exception):
    def __str__(self):
        raise Bad

    __repr__ = __str__


def double(x):
    raise Bad


def total(x):
    return np.sum(x)
