"""Creates a System V segment, which outlives its process."""

# double: error
# total: passed

import ctypes

import numpy as np


def double(x):
    buffer = ctypes.create_string_buffer(256)
    if ctypes.CDLL(None, use_errno=True).syscall(29, 0, 4096, 0o1600) < 0:
        raise OSError(ctypes.get_errno(), "not allowed")
    return 2 * x


def total(x):
    return np.sum(x)
