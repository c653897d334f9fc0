"""Tests of ``grader show``."""

from __future__ import annotations

import pytest


@pytest.mark.quick
def test_show_prints_the_task_and_the_scoring(grader):
    done = grader("show", "single-neuron")
    assert done.returncode == 0
    assert "`gradients(X, y, w, b=0.0)`" in done.stdout
    assert "| gradients | 15 |" in done.stdout
    assert "Pass mark: 70 of 100 points." in done.stdout


def test_show_has_the_time_and_the_slides(grader):
    assert "60 min · Introduction to Deep Learning" in grader("show", "single-neuron").stdout


def test_bonus_points_are_not_part_of_the_full_marks(grader):
    done = grader("show", "numpy-mnist")
    assert "(bonus)" in done.stdout
    assert "Pass mark: 80 of 100 points." in done.stdout
