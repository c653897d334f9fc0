"""Leaves a thread that prints without an end."""

# double: output
# total: output

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

time.sleep(0.5)
print("And on it goes.")

# %%
def double(x):
    return 2 * x

# %%
def total(x):
    return np.sum(x)
