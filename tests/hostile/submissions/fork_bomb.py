"""Starts processes that start processes."""

# double: error
# total: passed

import os
import time

import numpy as np


def double(x):
    for _ in range(1000):
        if os.fork() == 0:
            time.sleep(600)
    return 2 * x


def total(x):
    return np.sum(x)
