"""Reads a file of the grader's user with a shell command."""

# double: error
# total: passed
# control: none

# %%
import numpy as np

# %%
read = !cat "@SECRET@"

# %%
def double(x):
    return float(read[0]) * x

# %%
def total(x):
    return np.sum(x)
