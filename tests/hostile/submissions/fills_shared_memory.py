"""Writes into /dev/shm until it is full."""

# double: error
# total: passed
# isolation: strong

import numpy as np


def double(x):
    for number in range(10**6):
        with open(f"/dev/shm/{number}", "wb") as file:
            file.write(bytes(1 << 20))


def total(x):
    return np.sum(x)
