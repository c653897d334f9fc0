"""Reads from address 0."""

# double: crashed
# total: passed

import ctypes

import numpy as np


def double(x):
    return ctypes.string_at(0)


def total(x):
    return np.sum(x)
