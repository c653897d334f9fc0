"""Right numbers of a wrong type, and arguments that a function has to change."""

from __future__ import annotations

import pytest

ASSIGNMENT = """\
name: counts
version: 1
title: Counts
reference: reference.py
functions:
  double: {signature: (n), returns: [twice]}
  add: {signature: "(total, n)", returns: [total_after], changes: {total_after: total}}
probes:
  numbers: {inputs: {n: {value: [1, 2, 3], dtype: int}, total: {value: [4, 5, 6]}}}
checks:
  - {name: double, title: t, kind: values, function: double, probes: [numbers], dtypes: [int64], points: 1}
  - {name: add, title: t, kind: values, function: add, probes: [numbers], points: 1}
steps:
  double: {twice: 2 * n}
  add: {total_after: total + n}
bugs:
  - {name: variable-not-changed, function: add, replace: {total_after: total}}
"""
REFERENCE = """\
import numpy as np
def double(n):
    return 2 * n
def add(total, n):
    return total + n
"""
SOURCE = REFERENCE.replace("return total + n", "total += n")
OTHERS = {
    "right": ("", "", [None, None]),
    "decimals": ("2 * n", "2.0 * n", ["dtype-changed", None]),
    "a list": ("2 * n", "[int(2 * i) for i in n]", ["list-returned", None]),
    "a new array": ("total += n", "return total + n", [None, "variable-not-changed"]),
    "changed and returned": ("total += n", "total[:] = total + n; return total", [None, None]),
}


@pytest.mark.parametrize(("old", "new", "bugs"), OTHERS.values(), ids=OTHERS)
def test_type_and_changed_argument_are_judged(graded, tmp_path, old, new, bugs):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "reference.py").write_text(REFERENCE)
    report = graded(ASSIGNMENT, SOURCE.replace(old, new) if old else SOURCE)
    assert [check.diagnosis and check.diagnosis.bug for check in report.checks] == bugs
    assert [check.status for check in report.checks] == ["failed" if bug else "passed" for bug in bugs]
