"""Allocates shared memory, which counts for no process."""

# double: error
# total: passed

import mmap
import time

import numpy as np


def double(x):
    kept = mmap.mmap(-1, 2 << 30)
    for place in range(0, 1 << 30, 4096):
        kept[place] = 1
    time.sleep(600)


def total(x):
    return np.sum(x)
