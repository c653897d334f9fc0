"""Creates a memory file, which counts for no process."""

# double: error
# total: passed
# control: none: status

import ctypes

import numpy as np


def double(x):
    buffer = ctypes.create_string_buffer(256)
    if ctypes.CDLL(None, use_errno=True).syscall(319, buffer, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "not allowed")
    return 2 * x


def total(x):
    return np.sum(x)
