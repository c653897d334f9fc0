"""Leaves threads and a child process that print without end, far beyond the limit."""

# double: passed
# total: passed

import os
import threading
import time

import numpy as np


def flood():
    while True:
        print("x" * 1000)


for _ in range(2):
    threading.Thread(target=flood, daemon=True).start()
time.sleep(0.5)
child = os.fork()
if child == 0:
    flood()


def double(x):
    return 2 * x


def total(x):
    return np.sum(x)
