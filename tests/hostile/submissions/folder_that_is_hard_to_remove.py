"""Leaves a folder that is deep and closed."""

# double: passed
# total: TOTALS
# isolation: medium

import os

import numpy as np


def double(x):
    start = os.getcwd()
    for _ in range(500):
        os.makedirs("deep", exist_ok=True)
        os.chdir("deep")
    os.chmod(".", 0)
    os.chdir(start)
    os.chmod("deep", 0)
    return 2 * x


def total(x):
    return np.sum(x)
