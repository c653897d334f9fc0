"""Tries to escape through the folder, the program, the files and the state of other processes."""

# double: error
# total: passed
# isolation: medium
# control: none

import os

import numpy as np


def double(x):
    for number in filter(str.isdigit, os.listdir("/proc")):
        if number == str(os.getpid()) or "python" not in os.readlink("/proc/self/exe"):
            continue
        for name in ("environ", "stat", "status", "comm", "maps", "mountinfo", "cgroup", "limits"):
            try:
                content = open(f"/proc/{number}/{name}", "rb").read()
            except OSError:
                continue
            if content:
                return 2 * x
    raise OSError("nothing of other processes can be read")


def total(x):
    return np.sum(x)
