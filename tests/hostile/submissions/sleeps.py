"""Sleeps for a day."""

# double: timeout
# total: passed

import time

import numpy as np


def double(x):
    time.sleep(86400)


def total(x):
    return np.sum(x)
