"""Child processes map as much as they may, read-only, and touch one page in each 2 MB of it."""

# double: memory
# total: passed

import mmap
import os
import time

import numpy as np

FLAGS = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000


def double(x):
    for _ in range(16):
        if os.fork() == 0:
            kept = mmap.mmap(-1, 60 << 30, flags=FLAGS, prot=mmap.PROT_READ)
            for place in range(0, 60 << 30, 1 << 21):
                kept[place]
            time.sleep(600)
    time.sleep(600)


def total(x):
    return np.sum(x)
