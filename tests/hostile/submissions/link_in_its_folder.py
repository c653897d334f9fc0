"""Leaves links in its folder that lead outside, to mislead the cleanup."""

# double: passed
# total: passed
# isolation: medium

import os

import numpy as np


def double(x):
    os.symlink("@OWN@", f"link{x[0]}")
    return 2 * x


def total(x):
    return np.sum(x)
