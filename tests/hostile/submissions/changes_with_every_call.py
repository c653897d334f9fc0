"""Counts its calls, and answers wrongly from the fourth of five calls on."""

# double: failed
# total: passed
# cases: 5

import numpy as np

calls = []


def double(x):
    calls.append(1)
    return 2 * x if len(calls) < 4 else 3 * x


def total(x):
    return np.sum(x)
