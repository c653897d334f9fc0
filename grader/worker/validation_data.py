"""Describes how ``fit`` splits its data: the classes in the training part and in the validation part, and rows in both."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import training_data

Array = np.ndarray[Any, Any]
MOST_CLASSES = 100
MOST_BYTES = 1 << 26  # of rows that are compared


def describe(x: Any, y: Any, validation: Any, split: float) -> dict[str, Any]:
    """Return {"training": pairs (class, rows), "validation": the same, "repeated": the share of the validation rows that are training rows}.

    The arguments are those of Keras's fit(): ``validation`` is None or (x, y), ``split`` the share at the end of the data.
    Raises an exception for data that are not arrays.
    """
    points, labels = _arrays(x, y)
    if validation is not None:
        other_points, other_labels = _arrays(*validation[:2])
    else:  # Keras takes the last rows
        first = math.floor(len(points) * (1 - split))
        points, other_points = points[:first], points[first:]
        labels, other_labels = labels[:first], labels[first:]
    return {
        "training": _counts(labels),
        "validation": _counts(other_labels),
        "repeated": _repeated(points, other_points),
    }


def _arrays(x: Any, y: Any) -> tuple[Array, Array]:
    [points], [labels] = training_data.leaves(x), training_data.leaves(y)
    points, labels = np.asarray(points), np.asarray(labels)
    if not len(points) == len(labels) > 0:
        raise ValueError("not one label for each row")
    return points, labels


def _counts(labels: Array) -> list[list[int]]:
    classes = training_data.classes(labels) if len(labels) else None
    if classes is None or (classes < 0).any():
        return []
    values, counts = np.unique(classes, return_counts=True)
    return np.column_stack([values, counts]).tolist() if len(values) <= MOST_CLASSES else []


def _repeated(points: Array, others: Array) -> float:
    if not len(others) or points.shape[1:] != others.shape[1:] or points.nbytes + others.nbytes > MOST_BYTES:
        return 0.0
    rows = {row.tobytes() for row in np.ascontiguousarray(points, dtype=np.float32)}
    return sum(row.tobytes() in rows for row in np.ascontiguousarray(others, dtype=np.float32)) / len(others)
