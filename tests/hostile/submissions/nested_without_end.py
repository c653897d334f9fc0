"""Returns a list that contains itself."""

# double: failed
# total: passed

import numpy as np


def double(x):
    answer = []
    answer.append(answer)
    return answer


def total(x):
    return np.sum(x)
