"""Puts one byte of each of many huge pages into pipes and unmaps them: 2 MB stay for each byte, uncounted."""

# double: error
# total: passed

import ctypes
import mmap
import os

import numpy as np

HUGE = 2 << 20
LIBRARY = ctypes.CDLL(None, use_errno=True)
LIBRARY.mmap.restype = ctypes.c_size_t
LIBRARY.mmap.argtypes = [ctypes.c_size_t, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]


def double(x):
    for _ in range(30):
        writes = os.pipe()[1]
        for _ in range(16):
            start = LIBRARY.mmap(0, 2 * HUGE, 3, 0x22, -1, 0)
            inside = (start + HUGE - 1) // HUGE * HUGE
            LIBRARY.madvise(ctypes.c_size_t(inside), ctypes.c_size_t(HUGE), mmap.MADV_HUGEPAGE)
            ctypes.memset(inside, 1, 1)
            if LIBRARY.vmsplice(writes, (ctypes.c_size_t * 2)(inside, 1), ctypes.c_size_t(1), 0) < 0:
                raise OSError(ctypes.get_errno(), "not allowed")
            LIBRARY.munmap(ctypes.c_size_t(start), ctypes.c_size_t(2 * HUGE))
    return 2 * x


def total(x):
    return np.sum(x)
