"""Kills its own process."""

# double: crashed
# total: passed

import os
import signal

import numpy as np


def double(x):
    os.kill(os.getpid(), signal.SIGKILL)


def total(x):
    return np.sum(x)
