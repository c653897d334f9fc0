"""Breaks the shell, so that no cell ends any more."""

# double: timeout
# total: timeout

# %%
import numpy as np

# %%
get_ipython().run_cell = None
get_ipython().ask_exit = None
get_ipython = None

# %%
def double(x):
    return 2 * x

# %%
def total(x):
    return np.sum(x)
