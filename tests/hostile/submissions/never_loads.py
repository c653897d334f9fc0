"""A loop without an end, as it loads."""

# double: failed
# total: passed

import numpy as np

while True:
    pass


def total(x):
    return np.sum(x)
