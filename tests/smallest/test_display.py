from __future__ import annotations

import numpy as np
import pytest

from grader.smallest.display import LONGEST, as_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.12, "0.12"),
        (np.float64(1 / 3), "0.333333"),
        (np.array([[1, 0], [0, 1]]), "[[1, 0], [0, 1]]"),
        (np.array([0.5, np.nan, -np.inf]), "[0.5, nan, -inf]"),
        ((np.array([1.0]), 2), "([1], 2)"),
        ((1,), "(1,)"),
        ({"dw": np.array([0.1])}, "{'dw': [0.1]}"),
        (None, "None"),
        (np.array(True), "True"),
        ("text", "'text'"),
        (iter([]), "<list_iterator>"),
    ],
)
def test_value_is_shown_in_one_line(value, text):
    assert as_text(value) == text


def test_long_value_is_cut():
    assert len(as_text(np.arange(1000))) == LONGEST
