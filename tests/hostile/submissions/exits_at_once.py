"""Ends the process as it loads, with success."""

# double: crashed
# total: crashed
# control: naive

import os

import numpy as np

os._exit(0)


def total(x):
    return np.sum(x)
