"""Leaves a thread that prints without an end."""

# double: output
# total: TOTALS

# %%
import numpy as np

# %%
import threading


def flood():
    while True:
        print("x" * 1000)


threading.Thread(target=flood, daemon=True).start()

# %%
import time

time.sleep(5)

# %%
def double(x):
    return 2 * x

# %%
def total(x):
    return np.sum(x)
