"""Waits for input in a cell."""

# double: error
# total: passed

# %%
import numpy as np

# %%
factor = float(input("factor: "))

# %%
def double(x):
    return factor * x

# %%
def total(x):
    return np.sum(x)
