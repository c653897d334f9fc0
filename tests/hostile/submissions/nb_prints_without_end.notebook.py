"""Prints without end, in a cell."""

# double: failed
# total: passed

# %%
import numpy as np

# %%
while True:
    print("x" * 1000)

# %%
def total(x):
    return np.sum(x)
