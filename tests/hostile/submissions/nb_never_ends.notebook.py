"""Has a cell that never ends."""

# double: failed
# total: passed

# %%
import numpy as np

# %%
while True:
    pass

# %%
def total(x):
    return np.sum(x)
