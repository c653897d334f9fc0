"""A context has the data of a submission, and another one the same submission in another layout."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from grader.assignment import load
from grader.checks.context import context_of
from grader.expected.reference import Oracle
from grader.student.layout import Layout
from grader.submission import read_file
from tests.student.in_process import InProcess

pytestmark = pytest.mark.quick


def context():
    assignment = load("numpy-mnist")
    splits = {"mnist": SimpleNamespace(y_train=np.array([[1], [2]], dtype=np.uint8))}
    return context_of(assignment, read_file("a.py", b"x = 1"), InProcess("x = 1"), Oracle(assignment), 7, splits, None)


def test_labels_are_flat_integers():
    labels = context().labels()["mnist"]
    assert (labels.tolist(), labels.dtype) == ([1, 2], np.int64)


def test_random_numbers_depend_on_seed_and_purpose():
    one, other = context(), context()
    assert one.generator("pixels").random() == other.generator("pixels").random()
    assert one.generator("pixels").random() != one.generator("images").random()


def test_other_layout_keeps_everything_else():
    one = context()
    other = one.in_layout_of(one.student.in_layout(Layout("rows")))
    assert (one.student.layout.name, other.student.layout.name) == (None, "rows")
    assert other.log is one.log
    assert other.cases is one.cases
