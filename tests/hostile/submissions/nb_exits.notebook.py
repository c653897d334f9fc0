"""Ends the kernel with success."""

# double: crashed
# total: TOTALS

# %%
import numpy as np

# %%
import os
os._exit(0)

# %%
def total(x):
    return np.sum(x)
