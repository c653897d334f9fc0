"""Pretends that somebody pressed Ctrl-C."""

# double: error
# total: passed

import numpy as np


def double(x):
    raise KeyboardInterrupt


def total(x):
    return np.sum(x)
