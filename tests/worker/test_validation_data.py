"""The description of how fit() splits its data."""

from __future__ import annotations

import numpy as np
import pytest

from grader.worker.validation_data import describe

X = np.arange(20.0).reshape(10, 2)
SORTED = np.repeat([0, 1], 5)


def test_last_rows_are_the_validation_data():
    assert describe(X, SORTED, None, 0.3) == {
        "training": [[0, 5], [1, 2]],
        "validation": [[1, 3]],
        "repeated": 0.0,
    }


def test_repeated_rows_are_counted_in_any_type():
    other = np.concatenate([X[:3], X[:1] + 100]).astype(np.float32)
    parts = describe(X, SORTED, (other, np.array([0, 0, 0, 1])), 0.0)
    assert parts["validation"] == [[0, 3], [1, 1]] and parts["repeated"] == 0.75


def test_one_hot_labels_are_classes_and_numbers_are_not():
    assert describe(X, np.eye(2)[SORTED], None, 0.5)["validation"] == [[1, 5]]
    assert describe(X, SORTED + 0.5, None, 0.5)["training"] == []


def test_data_without_a_label_for_each_row_are_refused():
    with pytest.raises(ValueError, match="label"):
        describe(X, SORTED[:4], None, 0.2)
    with pytest.raises(ValueError):
        describe(iter([]), None, None, 0.2)
