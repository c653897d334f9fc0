"""Displays large objects without end, in a cell."""

# double: failed
# total: passed

# %%
import numpy as np

# %%
from IPython.display import HTML, display

while True:
    display(HTML("<script>alert(1)</script>" * 1000))

# %%
def total(x):
    return np.sum(x)
