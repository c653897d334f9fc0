"""Ends the process with success during a call."""

# double: crashed
# total: passed
# control: naive

import os

import numpy as np


def double(x):
    os._exit(0)


def total(x):
    return np.sum(x)
