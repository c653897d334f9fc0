"""Writes one file without end."""

# double: error
# total: passed

import numpy as np


def double(x):
    with open("large", "wb") as file:
        while True:
            file.write(bytes(1 << 20))


def total(x):
    return np.sum(x)
