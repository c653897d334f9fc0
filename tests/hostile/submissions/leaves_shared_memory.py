"""Leaves a semaphore and a file in shared memory behind."""

# double: failed
# total: passed
# control: none: shared memory

import multiprocessing
import os

import numpy as np

kept = multiprocessing.Semaphore(1)


def double(x):
    with open("/dev/shm/@TAG@", "w") as file:
        file.write("here")
    return 3 * x


def total(x):
    return np.sum(x)
