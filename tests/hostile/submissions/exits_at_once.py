"""Ends the process with success while it is loaded."""

# double: crashed
# total: crashed
# control: naive

import os

import numpy as np

os._exit(0)


def total(x):
    return np.sum(x)
