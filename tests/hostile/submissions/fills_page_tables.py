"""Touches pages that are 1 GB apart, each in a separate mapping: the kernel needs two page tables for each."""

# double: memory
# total: passed

import ctypes
import time

import numpy as np

LIBRARY = ctypes.CDLL(None, use_errno=True)
LIBRARY.mmap.restype = ctypes.c_void_p
LIBRARY.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
PRIVATE_ANONYMOUS_FIXED_WITHOUT_RESERVE = 0x4032


def double(x):
    for number in range(65_000):
        address = (1 << 40) + (number << 30)
        LIBRARY.mmap(address, 4096, 1, PRIVATE_ANONYMOUS_FIXED_WITHOUT_RESERVE, -1, 0)
        ctypes.string_at(address, 1)
    time.sleep(600)


def total(x):
    return np.sum(x)
