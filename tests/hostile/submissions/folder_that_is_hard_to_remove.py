"""Leaves a deeply nested folder without permissions."""

# double: passed
# total: passed
# isolation: medium

import os

import numpy as np


def double(x):
    start = os.getcwd()
    deep = f"deep{x[0]}"
    for _ in range(500):
        os.mkdir(deep)
        os.chdir(deep)
    os.chmod(".", 0)
    os.chdir(start)
    os.chmod(deep, 0)
    return 2 * x


def total(x):
    return np.sum(x)
