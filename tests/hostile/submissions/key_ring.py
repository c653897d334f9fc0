"""Stores a key in the kernel's key rings."""

# double: error
# total: passed

import ctypes

import numpy as np


def double(x):
    buffer = ctypes.create_string_buffer(256)
    if ctypes.CDLL(None, use_errno=True).syscall(250, 0, -3, 1) < 0:
        raise OSError(ctypes.get_errno(), "not allowed")
    return 2 * x


def total(x):
    return np.sum(x)
