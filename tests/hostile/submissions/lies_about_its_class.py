"""An object whose __class__ is another one's."""

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
