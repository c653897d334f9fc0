"""Removes all files that it can."""

# double: failed
# total: passed
# control: none: own removed

import os
import subprocess

import numpy as np


def double(x):
    for folder in ("@OWN@", os.getcwd()):
        subprocess.run(["rm", "-rf", folder])
    return 3 * x


def total(x):
    return np.sum(x)
