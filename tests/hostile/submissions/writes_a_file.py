"""Writes where the grader's user may write."""

# double: error
# total: passed
# control: none: mark

import numpy as np


def double(x):
    open("@MARK@", "w").write("here")
    return 2 * x


def total(x):
    return np.sum(x)
