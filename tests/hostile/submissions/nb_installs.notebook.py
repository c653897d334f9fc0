"""Installs a package."""

# double: passed
# total: passed

# %%
import numpy as np

# %%
%pip install --quiet requests==0.0.1

# %%
!pip install numpy==0.0.1 2>&1 | head -c 100

# %%
def double(x):
    return 2 * x

# %%
def total(x):
    return np.sum(x)
