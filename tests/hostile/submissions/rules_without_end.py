"""Creates Landlock rules for itself without end; the kernel keeps all of them."""

# double: error
# total: passed
# control: none: status

import ctypes

import numpy as np


def double(x):
    attributes = (ctypes.c_uint64 * 1)(1)
    if ctypes.CDLL(None, use_errno=True).syscall(444, attributes, 8, 0) < 0:
        raise OSError(ctypes.get_errno(), "not allowed")
    return 2 * x


def total(x):
    return np.sum(x)
