"""Allocates a little memory in each of many processes."""

# double: memory
# total: passed

import os
import time

import numpy as np


def double(x):
    for _ in range(20):
        if os.fork() == 0:
            kept = bytearray(100 << 20)
            time.sleep(600)
            del kept
    time.sleep(600)


def total(x):
    return np.sum(x)
