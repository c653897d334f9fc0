"""Sends a signal to a process of the grader's user."""

# double: error
# total: passed
# control: none: signal

import os
import signal

import numpy as np


def double(x):
    os.kill(@VICTIM@, signal.SIGCONT)
    return 2 * x


def total(x):
    return np.sum(x)
