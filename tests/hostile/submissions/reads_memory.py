"""Reads the memory of another process with a system call."""

# double: error
# total: passed
# control: none as root

import ctypes

import numpy as np


def double(x):
    class Span(ctypes.Structure):
        _fields_ = [("start", ctypes.c_void_p), ("length", ctypes.c_size_t)]

    word = ctypes.create_string_buffer(8)
    here, there = Span(ctypes.addressof(word), 8), Span(@ADDRESS@, 8)
    libc = ctypes.CDLL(None)
    if libc.process_vm_readv(@GRADER@, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) != 8:
        raise OSError("not allowed")
    return np.frombuffer(word.raw)[0] * x


def total(x):
    return np.sum(x)
