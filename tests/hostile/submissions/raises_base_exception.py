"""Raises an exception that only a handler for all exceptions catches."""

# double: error
# total: passed

import numpy as np


class Out(BaseException):
    pass


def double(x):
    raise Out("passed")


def total(x):
    return np.sum(x)
