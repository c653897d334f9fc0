"""Maps a device whose memory counts for no process."""

# double: error
# total: passed

import mmap
import os

import numpy as np


def double(x):
    mmap.mmap(os.open("/dev/zero", os.O_RDWR), 1 << 30)
    return 2 * x


def total(x):
    return np.sum(x)
