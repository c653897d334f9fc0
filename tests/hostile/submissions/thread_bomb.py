"""Starts threads without end."""

# double: error
# total: passed

import threading
import time

import numpy as np


def double(x):
    while True:
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()


def total(x):
    return np.sum(x)
