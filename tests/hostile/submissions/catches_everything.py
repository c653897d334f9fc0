"""Loops forever and catches every exception."""

# double: timeout
# total: passed

import signal

import numpy as np

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass


def double(x):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def total(x):
    return np.sum(x)
