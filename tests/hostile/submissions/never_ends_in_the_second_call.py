"""Only the time of the second of five calls never ends."""

# double: timeout
# total: passed
# cases: 5

import numpy as np

calls = []


def double(x):
    calls.append(1)
    while len(calls) == 2:
        pass
    return 2 * x


def total(x):
    return np.sum(x)
