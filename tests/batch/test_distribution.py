"""Tests of the bars of the histogram of scores."""

from __future__ import annotations

import pytest

from grader.batch.distribution import bar_of, bars


@pytest.mark.parametrize(
    ("score", "name"),
    [(0, "0-2"), (1.99, "0-2"), (2, "2-4"), (19.99, "18-20"), (20, "18-20"), (25, "18-20"), (-1, "0-2")],
)
def test_score_has_one_bar(score, name):
    assert bar_of(score, bars(20, 60)).name == name


def test_bars_from_the_pass_mark_are_enough_to_pass():
    assert [bar.passes for bar in bars(20, 60)] == [False] * 6 + [True] * 4
    assert [bar.passes for bar in bars(20, 65)] == [False] * 7 + [True] * 3


def test_assignment_without_points_has_bars():
    assert bar_of(0, bars(0, 50)).low == 0
