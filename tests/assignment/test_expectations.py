"""Mistakes in the expectations of a ``random`` check are reported with their place."""

from __future__ import annotations

import pytest

from grader.support.errors import UsageError
from tests.assignment.tiny import load

TEXT = """\
name: tiny
version: 1
title: Random numbers
functions:
  init: {signature: "(n_in, n_out)", returns: [W]}
probes:
  wide: {inputs: {n_in: 30, n_out: 20}}
checks:
  - name: spread
    title: The spread of the weights
    kind: random
    function: init
    probes: [wide]
    expect:
      shape: {W: [n_in, n_out]}
      deviation: {W: 1 / n_in}
      range: {"W ** 2": [0, 9]}
    points: 1
"""


def test_expectations_are_read(tmp_path):
    (check,) = load(tmp_path, TEXT).content.checks
    assert [*check.expect.quantities()] == ["W ** 2", "W"]
    assert [*check.expect.values()] == ["1 / n_in", "n_in", "n_out"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("W: 1 / n_in", "V: 1 / n_in", "'V' uses 'V', which is not a result with a shape, or an input"),
        ("1 / n_in", "1 / W", "'1 / W' uses 'W', which is not a input"),
        ("1 / n_in", "open(n_in)", "'open(n_in)' uses 'open'"),
        ("1 / n_in", "n_in.tofile", "not allowed"),
        ("      shape: {W: [n_in, n_out]}\n", "", "uses 'W', which is not a result with a shape"),
        ("[0, 9]", "[0]", "range"),
        ("shape: {W", "shape: {V: [], W", "'V' is not a known result; allowed are W"),
        ("function: init", "function: init\n    vary: seed", "'seed' is not a known argument of init"),
    ],
)  # fmt: skip
def test_mistakes_are_reported(tmp_path, old, new, sentence):
    assert old in TEXT
    with pytest.raises(UsageError) as raised:
        load(tmp_path, TEXT.replace(old, new))
    assert sentence in str(raised.value)
