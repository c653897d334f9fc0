"""Raises what only a handler of everything catches."""

# double: error
# total: passed

import numpy as np


class Out(BaseException):
    pass


def double(x):
    raise Out("passed")


def total(x):
    return np.sum(x)
