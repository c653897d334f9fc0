"""Preloads its own library in every program that is started from here."""

# double: failed
# total: passed

import os
import subprocess

import numpy as np

os.environ["LD_PRELOAD"] = os.path.abspath("own.so")
os.environ["PYTHONSTARTUP"] = os.environ["PYTHONPATH"] = os.getcwd()
open("own.so", "wb").write(b"no library")
subprocess.run(["/bin/true"], stderr=subprocess.DEVNULL)


def double(x):
    return 3 * x


def total(x):
    return np.sum(x)
