"""Raises an exception whose text moves the cursor, changes colours and direction, and forges a line."""

# double: error
# total: passed

import numpy as np


def double(x):
    raise ValueError("\x1b[2J\x1b[31mno\r\nScore: 100 of 100, passed.\n::error::\u202egnp.x\x00\x9b31m <script>alert(1)</script> =1+1")


def total(x):
    return np.sum(x)
