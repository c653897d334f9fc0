"""Overflows the C stack."""

# double: crashed
# total: passed

import numpy as np


def double(x):
    answer = ()
    for _ in range(10**6):
        answer = (answer,)
    return hash(answer)


def total(x):
    return np.sum(x)
