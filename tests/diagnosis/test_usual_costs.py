"""The usual costs of an output and its target, by name."""

from __future__ import annotations

import numpy as np
import pytest

from grader.diagnosis import usual_costs

pytestmark = pytest.mark.quick

OUTPUT = np.array([[0.25, 0.75], [0.5, 0.5], [0.1, 0.9]])
TARGET = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("1/2 x squared", 0.5 * np.sum((OUTPUT - TARGET) ** 2)),
        ("1/entries x squared", np.mean((OUTPUT - TARGET) ** 2)),
        ("1/rows x 1/2 x squared", 0.5 * np.sum((OUTPUT - TARGET) ** 2) / 3),
        ("1/columns x absolute", np.sum(np.abs(OUTPUT - TARGET)) / 2),
        ("1/rows x cross-entropy of classes", -np.sum(TARGET * np.log(OUTPUT)) / 3),
        ("rows x task", 21.0),
    ],
)
def test_cost_has_its_name(name, value):
    assert usual_costs.of(OUTPUT, TARGET, {"task": 7.0})[name] == pytest.approx(value)


def test_cost_that_is_not_finite_is_left_out():
    names = usual_costs.of(np.zeros(2), np.ones(2))
    assert "squared" in names
    assert not any("cross-entropy" in name for name in names)


def test_number_is_one_row_and_one_column():
    costs = usual_costs.of(np.array(0.5), np.array(1.0))
    assert costs["squared"] == costs["1/rows x squared"] == costs["columns x squared"] == 0.25
