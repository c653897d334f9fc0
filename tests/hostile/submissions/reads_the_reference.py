"""Imports the reference of the assignment."""

# double: error
# total: passed
# control: none

import runpy

import numpy as np


def double(x):
    return runpy.run_path("@ASSIGNMENT@/reference.py")["double"](x)


def total(x):
    return np.sum(x)
