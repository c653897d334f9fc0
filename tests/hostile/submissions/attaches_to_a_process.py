"""Attaches to another process as a debugger."""

# double: error
# total: passed

import ctypes

import numpy as np


def double(x):
    if ctypes.CDLL(None, use_errno=True).ptrace(16, @VICTIM@, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "ptrace")
    return 2 * x


def total(x):
    return np.sum(x)
