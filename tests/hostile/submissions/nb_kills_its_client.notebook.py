"""Kills the process that runs the cells, as it would be with a kernel; the parent of a shell is out of reach."""

# double: failed
# total: passed

# %%
import numpy as np

# %%
import os, signal
os.kill(os.getppid(), signal.SIGKILL)

# %%
def total(x):
    return np.sum(x)
