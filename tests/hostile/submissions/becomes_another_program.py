"""Replaces the process by a program that ends with success."""

# double: crashed
# total: passed
# control: naive

import os

import numpy as np


def double(x):
    os.execv("/bin/true", ["true"])


def total(x):
    return np.sum(x)
