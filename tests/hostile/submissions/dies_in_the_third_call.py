"""Answers two calls, then ends its process in the middle of a frame with several calls."""

# double: crashed
# total: passed
# cases: 5

import os

import numpy as np

calls = []


def double(x):
    calls.append(1)
    if len(calls) == 3:
        os._exit(0)
    return 2 * x


def total(x):
    return np.sum(x)
