"""A check that asks for a fresh worker meets nothing that another one has left behind."""

from __future__ import annotations

import pytest

ASSIGNMENT = """
name: counting
version: "1"
title: A function
reference: single_neuron
functions:
  sigmoid: {signature: (z), returns: [a]}
probes:
  one: {inputs: {z: 0.75}}
checks:
  - {name: first, title: sigmoid(z), kind: values, function: sigmoid, probes: [one], points: 1}
  - {name: second, title: sigmoid(z), kind: values, function: sigmoid, probes: [one], points: 1, fresh: FRESH}
"""
RIGHT_ONCE = """
import numpy as np
calls = []
def sigmoid(z):
    calls.append(z)
    return 1 / (1 + np.exp(-z)) if len(calls) == 1 else 0.0
"""


@pytest.mark.parametrize(("fresh", "status"), [("false", "failed"), ("true", "passed")])
def test_a_fresh_worker_has_answered_nothing(graded, fresh, status):
    report = graded(ASSIGNMENT.replace("FRESH", fresh), RIGHT_ONCE)
    assert [check.status for check in report.checks] == ["passed", status]
