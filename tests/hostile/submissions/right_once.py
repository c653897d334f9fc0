"""Answers correctly as long as it believes that it is being watched."""

# double: failed
# total: passed
# control: naive

import numpy as np

calls = []


def double(x):
    calls.append(1)
    return 2 * x if len(calls) == 1 else 3 * x


def total(x):
    return np.sum(x)
