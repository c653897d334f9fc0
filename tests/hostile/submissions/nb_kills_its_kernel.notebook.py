"""Kills the kernel."""

# double: failed
# total: passed

# %%
import numpy as np

# %%
import os, signal
os.kill(os.getpid(), signal.SIGKILL)

# %%
def total(x):
    return np.sum(x)
