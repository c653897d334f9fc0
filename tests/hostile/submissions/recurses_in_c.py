"""Breaks the stack of C."""

# double: crashed
# total: passed

import sys

import numpy as np

sys.setrecursionlimit(10**9)


def double(x):
    answer = []
    for _ in range(10**6):
        answer = [answer]
    return repr(answer)


def total(x):
    return np.sum(x)
