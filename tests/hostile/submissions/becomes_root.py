"""Changes to another user id."""

# double: error
# total: passed

import os

import numpy as np


def double(x):
    os.setuid(0)
    os.seteuid(0)
    os.chroot("/")
    return 2 * x


def total(x):
    return np.sum(x)
