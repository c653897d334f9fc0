"""Tests of ``grader list``."""

from __future__ import annotations

import pytest


@pytest.mark.quick
def test_list_works_in_an_empty_folder(grader):
    done = grader("list")
    assert done.returncode == 0
    assert "single-neuron    A single neuron, trained by hand" in done.stdout
