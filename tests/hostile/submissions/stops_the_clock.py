"""Stops every clock of Python."""

# double: timeout
# total: passed

import time

import numpy as np

time.time = time.monotonic = time.perf_counter = lambda: 0.0


def double(x):
    while time.time() == 0:
        pass


def total(x):
    return np.sum(x)
