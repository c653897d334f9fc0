"""Creates empty files until no more can be created."""

# double: error
# total: passed
# isolation: strong

import numpy as np


def double(x):
    for number in range(10**7):
        open(f"/tmp/{number}", "w").close()


def total(x):
    return np.sum(x)
