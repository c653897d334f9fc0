"""A cell without an end."""

# double: timeout
# total: timeout

# %%
import numpy as np

# %%
while True:
    pass

# %%
def total(x):
    return np.sum(x)
