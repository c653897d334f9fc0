"""Kills the process that started it."""

# double: failed
# total: passed

import os
import signal

import numpy as np


def double(x):
    os.kill(os.getppid(), signal.SIGKILL)
    return 3 * x


def total(x):
    return np.sum(x)
