"""Only the third of five calls prints without end; the others print less than the limit."""

# double: output
# total: passed
# cases: 5

import numpy as np

calls = []


def double(x):
    calls.append(1)
    print("x" * 60_000)
    while len(calls) == 3:
        print("x" * 1000)
    return 2 * x


def total(x):
    return np.sum(x)
