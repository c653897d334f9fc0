"""Tests of cleaning the text of a submission for a terminal."""

from __future__ import annotations

import pytest

from grader.support.text import clean

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("plain", "plain"),
        ("grüße, 数", "grüße, 数"),
        ("two\nlines\tand\r\nmore", "two lines and more"),
        ("\x1b[31mred\x07", "?[31mred?"),
        ("right\u202eleft", "right?left"),
        ("half \ud800", "half ?"),
        ("x" * 30, "x" * 17 + "..."),
        (" " * 1000 + "y", "..."),
        (None, "None"),
    ],
)
def test_clean(raw, cleaned):
    assert clean(raw, 20) == cleaned
