"""Touches one page in each 2 MB of a mapping that is larger than any machine's memory, read-only."""

# double: error
# total: passed

import mmap
import time

import numpy as np

FLAGS = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000  # without reserve
SIZE = 1 << 40


def double(x):
    kept = mmap.mmap(-1, SIZE, flags=FLAGS, prot=mmap.PROT_READ)
    for place in range(0, SIZE, 1 << 21):
        kept[place]
    time.sleep(600)


def total(x):
    return np.sum(x)
