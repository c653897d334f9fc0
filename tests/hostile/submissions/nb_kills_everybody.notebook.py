"""Kills every process that it may, with a shell command."""

# double: failed
# total: passed
# isolation: strong

# %%
import numpy as np

# %%
!test $$ -gt 1000 || kill -9 -1

# %%
def total(x):
    return np.sum(x)
