"""Writes files until the disk is full."""

# double: error
# total: passed
# isolation: strong

import numpy as np


def double(x):
    for number in range(10**6):
        with open(f"/tmp/{number}", "wb") as file:
            file.write(bytes(1 << 20))


def total(x):
    return np.sum(x)
