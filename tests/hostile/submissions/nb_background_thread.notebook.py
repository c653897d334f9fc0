"""Leaves a thread that prints without an end, more than it may: that is dropped."""

# double: passed
# total: passed

# %%
import numpy as np

# %%
import threading
import time


def flood():
    while True:
        print("x" * 1000)
        time.sleep(0.001)


threading.Thread(target=flood, daemon=True).start()

# %%
time.sleep(0.5)
print("And on it goes.")

# %%
def double(x):
    return 2 * x

# %%
def total(x):
    return np.sum(x)
