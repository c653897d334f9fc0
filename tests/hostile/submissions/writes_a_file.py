"""Writes into a folder of the grader's user."""

# double: error
# total: passed
# control: none: mark

import numpy as np


def double(x):
    open("@MARK@", "w").write("here")
    return 2 * x


def total(x):
    return np.sum(x)
