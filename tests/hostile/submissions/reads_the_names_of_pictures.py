"""Reads labels from the names of image files among the installed packages."""

# double: error
# total: passed
# isolation: strong
# control: none

import os

import numpy as np


def double(x):
    names = [name for name in os.listdir("@DATA@/test") if name.endswith(".png")]
    return (2 + 0 * int(names[0][0])) * x


def total(x):
    return np.sum(x)
