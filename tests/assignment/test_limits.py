"""Limits of a submission."""

from __future__ import annotations

import pytest

from grader.assignment.limits import Limits

pytestmark = pytest.mark.quick


def test_memory_for_honest_work_is_at_most_the_limit():
    assert Limits(memory_mb=512).honest_mb == 512
    assert Limits(memory_mb=512, needed_mb=300).honest_mb == 300
    assert Limits(memory_mb=512, needed_mb=900).honest_mb == 512
