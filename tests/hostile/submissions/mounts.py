"""Mounts a file system over another."""

# double: error
# total: passed

import ctypes

import numpy as np


def double(x):
    if ctypes.CDLL(None, use_errno=True).mount(b"none", b"/tmp", b"tmpfs", 0, None) < 0:
        raise OSError(ctypes.get_errno(), "mount")
    return 2 * x


def total(x):
    return np.sum(x)
