"""Fails in the third of five calls: the calls after it are not made, which another function would notice."""

# double: error
# total: passed
# cases: 5

import numpy as np

calls = []


def double(x):
    calls.append(1)
    if len(calls) == 3:
        raise ValueError
    return 2 * x


def total(x):
    return np.sum(x) + len(calls) - 3
