"""The reference of the tiny exercise."""

import numpy as np


def double(x):
    return 2 * np.asarray(x)


def total(x):
    return np.sum(x)
