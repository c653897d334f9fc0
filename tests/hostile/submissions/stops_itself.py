"""Stops its own process."""

# double: timeout
# total: passed

import os
import signal

import numpy as np


def double(x):
    os.kill(os.getpid(), signal.SIGSTOP)
    return 2 * x


def total(x):
    return np.sum(x)
