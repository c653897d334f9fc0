"""Bugs that are named because the check passes with a repaired line."""

from __future__ import annotations

import pytest

from tests.doubling import ASSIGNMENT, REFERENCE

LISTED = "import numpy as np\ndef double(x):\n    return np.array([2 * x[{index}] for i in range({length})])\n"
SHIFTED = LISTED.format(index="i + 1", length="len(x)")


@pytest.fixture
def checked(graded, tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "reference.py").write_text(REFERENCE)
    return lambda source: {check.name: check for check in graded(ASSIGNMENT, source, only=["double"]).checks}["double"]


def test_error_is_named_by_the_repair_with_which_the_check_passes(checked):
    result = checked(SHIFTED)
    assert (result.status, result.score) == ("error", 0)
    assert result.diagnosis.bug == "index-shifted"
    assert result.hint


def test_error_that_no_repair_removes_has_no_name(checked):
    assert checked(SHIFTED.replace("2 *", "3 *")).diagnosis is None
    assert checked("def double(x):\n    raise ValueError('shapes')\n").diagnosis is None
