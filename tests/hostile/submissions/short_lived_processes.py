"""Starts processes that end at once, to confuse a grader that counts them."""

# double: failed
# total: passed

import os
import time

import numpy as np


def double(x):
    end = time.monotonic() + 0.7
    while time.monotonic() < end:
        if os.fork() == 0:
            os._exit(0)
        os.wait()
    return 3 * x


def total(x):
    return np.sum(x)
