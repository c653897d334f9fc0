"""Computes in C for hours without letting other threads run."""

# double: timeout
# total: passed

import re

import numpy as np


def double(x):
    return re.match("(a*)*b", "a" * 60)


def total(x):
    return np.sum(x)
