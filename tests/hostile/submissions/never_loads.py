"""A loop without an end, as it loads."""

# double: timeout
# total: timeout

import numpy as np

while True:
    pass


def total(x):
    return np.sum(x)
