"""A naive softmax overflows in one row and becomes zero in another one: both are one overflow."""

from __future__ import annotations

NAIVE = """
import numpy as np

def softmax(z, T=1):
    e = np.exp(z / T)
    return e / (np.sum(e, axis=-1, keepdims=True) + 1e-9)
"""


def test_zeros_next_to_nan_are_the_same_overflow(graded):
    checks = {check.name: check for check in graded("losses", NAIVE, only=["softmax", "softmax-large"]).checks}
    assert checks["softmax"].status == "passed"
    assert checks["softmax-large"].diagnosis.bug == "overflow"
