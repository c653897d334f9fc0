"""Aborts the process."""

# double: crashed
# total: passed

import os

import numpy as np


def double(x):
    os.abort()


def total(x):
    return np.sum(x)
