"""A correct solution of the tiny exercise."""

import numpy as np


def double(x):
    return 2 * x


def total(x):
    return np.sum(x)
