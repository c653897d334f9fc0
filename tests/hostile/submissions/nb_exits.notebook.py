"""Ends the kernel with success."""

# double: crashed
# total: crashed

# %%
import numpy as np

# %%
import os
os._exit(0)

# %%
def total(x):
    return np.sum(x)
