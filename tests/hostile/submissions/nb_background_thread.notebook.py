"""Leaves threads that print and display without end, far beyond the limit: their output is dropped."""

# double: passed
# total: passed

# %%
import numpy as np

# %%
import threading
import time

from IPython.display import display


def flood(show):
    while True:
        show("x" * 1000)


for show in (print, print, display):
    threading.Thread(target=flood, args=(show,), daemon=True).start()

# %%
time.sleep(0.5)
print("And on it goes.")

# %%
def double(x):
    return 2 * x

# %%
def total(x):
    return np.sum(x)
