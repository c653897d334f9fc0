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
