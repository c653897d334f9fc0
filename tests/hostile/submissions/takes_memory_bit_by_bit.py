"""Fills a list without end."""

# double: memory
# total: passed

import numpy as np


def double(x):
    kept = []
    while True:
        kept.append(bytearray(1 << 20))


def total(x):
    return np.sum(x)
