"""Leaves a process behind that has left its session, group and parent."""

# double: failed
# total: passed
# control: child: process

import subprocess
import sys

import numpy as np

CODE = "import os, time; os.setsid(); os.fork() and os._exit(0); os.setsid(); time.sleep(600)"


def double(x):
    silent = subprocess.DEVNULL
    subprocess.Popen([sys.executable, "-c", CODE, "@TAG@"], stdout=silent, stderr=silent)
    return 3 * x


def total(x):
    return np.sum(x)
