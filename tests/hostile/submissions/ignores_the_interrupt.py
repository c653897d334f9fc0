"""Loops that catch every interrupt, then prints without end, sleeps, and kills its process with a signal."""

# double: passed
# total: passed

import ctypes
import time

import numpy as np


def double(x):
    return 2 * x


while True:
    try:
        while True:
            pass
    except BaseException:
        pass

while True:
    print("x" * 1000)

time.sleep(1000)

ctypes.string_at(0)


def total(x):
    return np.sum(x)
