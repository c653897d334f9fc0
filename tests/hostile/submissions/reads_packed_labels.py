"""Reads the labels of MNIST in their download format, at the level of a container."""

# double: error
# total: passed
# isolation: medium
# control: none

import gzip

import numpy as np


def double(x):
    labels = gzip.open("@DATA@/raw/t10k-labels-idx1-ubyte.gz").read()[8:]
    return (2 + 0 * labels[0]) * x


def total(x):
    return np.sum(x)
