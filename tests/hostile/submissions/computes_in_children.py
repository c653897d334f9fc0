"""Computes without end in many processes."""

# double: timeout
# total: passed

import os

import numpy as np


def double(x):
    for _ in range(8):
        if os.fork() == 0:
            while True:
                pass
    os.wait()


def total(x):
    return np.sum(x)
