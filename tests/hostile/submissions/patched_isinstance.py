"""Replaces isinstance and len, which the worker itself uses."""

# double: crashed
# total: crashed

import builtins

import numpy as np

builtins.isinstance = lambda *arguments: True
builtins.len = lambda item: 0


def double(x):
    return 3 * x


def total(x):
    return np.sum(x)
