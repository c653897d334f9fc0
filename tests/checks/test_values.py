"""``values``: the results of a function equal those of the reference."""

from __future__ import annotations

import pytest

ANY_SHAPE = """\
name: doubled
version: 1
title: Doubled
reference: reference.py
functions:
  doubled: {signature: (x), returns: [y]}
probes:
  numbers: {inputs: {x: {random: normal, shape: [6]}}}
checks:
  - {name: doubled, title: t, kind: values, function: doubled, probes: [numbers], points: 1}
"""


@pytest.fixture
def doubled(graded, tmp_path):
    def run(expression, any_shape=False):
        (tmp_path / "own").mkdir()
        (tmp_path / "own" / "reference.py").write_text("def doubled(x):\n    return 2 * x\n")
        text = ANY_SHAPE.replace("points: 1", f"points: 1, any_shape: {str(any_shape).lower()}")
        (result,) = graded(text, f"def doubled(x):\n    return {expression}\n").checks
        return result.status

    return run


@pytest.mark.parametrize(("expression", "status"), [("2 * x", "passed"), ("3 * x", "failed"), ("None", "failed")])
def test_results_are_compared_with_the_reference(doubled, expression, status):
    assert doubled(expression) == status


def test_any_shape_accepts_the_same_entries_in_order(doubled):
    assert doubled("(2 * x).reshape(6, 1, 1)", any_shape=True) == "passed"
