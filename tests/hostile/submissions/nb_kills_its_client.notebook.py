"""Kills the process that runs the cells."""

# double: crashed
# total: crashed

# %%
import numpy as np

# %%
import os, signal
os.kill(os.getppid(), signal.SIGKILL)

# %%
def total(x):
    return np.sum(x)
