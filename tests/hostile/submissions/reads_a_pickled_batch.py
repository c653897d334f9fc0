"""Reads the pickled test batch of CIFAR-10, and the archive that it came in."""

# double: error
# total: passed
# isolation: strong
# control: none

import pickle
import tarfile

import numpy as np


def double(x):
    try:
        batch = pickle.load(open("@DATA@/test_batch", "rb"))
    except Exception:
        batch = pickle.load(tarfile.open("@DATA@/cifar.tar.gz").extractfile("test_batch"))
    return (2 + 0 * batch[b"labels"][0]) * x


def total(x):
    return np.sum(x)
