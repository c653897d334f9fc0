"""Gives its process a name that is not valid text, and hides it."""

# double: failed
# total: passed

import ctypes
import time

import numpy as np


def double(x):
    libc = ctypes.CDLL(None)
    libc.prctl(15, b"\xff\xfe\x0cRssAnon:", 0, 0, 0)
    libc.prctl(4, 0, 0, 0, 0)
    time.sleep(0.7)
    return 3 * x


def total(x):
    return np.sum(x)
