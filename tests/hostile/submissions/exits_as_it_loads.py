"""Ends the program with success while it is loaded."""

# double: error
# total: error
# control: naive

import sys

import numpy as np

sys.exit(0)


def total(x):
    return np.sum(x)
