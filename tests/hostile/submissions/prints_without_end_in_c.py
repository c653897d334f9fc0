"""Writes without end, bypassing Python's own output."""

# double: output
# total: passed

import os

import numpy as np


def double(x):
    while True:
        os.write(2, b"x" * 4096)


def total(x):
    return np.sum(x)
