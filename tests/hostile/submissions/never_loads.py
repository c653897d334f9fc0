"""A loop without an end, as it loads."""

# double: timeout
# total: TOTALS

import numpy as np

while True:
    pass


def total(x):
    return np.sum(x)
