"""Kills every process that it may; there is no other process."""

# double: error
# total: passed
# isolation: strong

import os
import signal

import numpy as np


def double(x):
    if os.getpid() > 100:  # not confined: do not kill
        return 2 * x
    os.kill(-1, signal.SIGKILL)
    return 3 * x


def total(x):
    return np.sum(x)
