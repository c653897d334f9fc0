"""Prints without an end as it loads."""

# double: output
# total: output

import numpy as np

while True:
    print("x" * 1000)


def total(x):
    return np.sum(x)
