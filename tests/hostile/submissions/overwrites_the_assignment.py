"""Overwrites the reference, to affect the next submissions."""

# double: error
# total: passed
# control: none: mark

import numpy as np


def double(x):
    open("@ASSIGNMENT@/mark", "w").write("def double(x): return 3 * x")
    return 2 * x


def total(x):
    return np.sum(x)
