"""Returns an object with the __class__ of another class."""

# double: failed
# total: passed

import numpy as np


class Liar:
    __class__ = np.ndarray
    dtype = np.dtype(float)
    shape = (4,)
    nbytes = 0


def double(x):
    return Liar()


def total(x):
    return np.sum(x)
