"""``initialisation``: the demands of the kind on an assignment."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks import initialisation
from grader.support.errors import UsageError
from tests.assignment.tiny import GOOD, load

START = GOOD.replace("kind: values", "kind: initialisation\n    spread: [a]").replace("    probes: [some]\n", "")


def test_function_with_a_shape_and_without_arguments_is_accepted(tmp_path):
    text = START.replace("{signature: (z), returns: [a]}", "{signature: (), returns: [a], shapes: {a: [3]}}")
    (check,) = load(tmp_path, text.replace("inputs: {z:", "inputs: {a:")).content.checks
    assert (check.spread, check.needs_reference) == (["a"], False)


def test_function_with_arguments_is_refused(tmp_path):
    with pytest.raises(UsageError, match="'sigmoid' is not a known function without arguments"):
        load(tmp_path, START)


@pytest.mark.parametrize(
    ("rows", "are_equal"),
    [
        ([[1.0, 2.0], [3.0, 4.0]], False),
        ([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]], True),
        ([[0.0, 1.0], [-0.0, 1.0]], True),
        ([[np.nan, 1.0], [np.nan, 1.0]], False),
        ([[2**60, 1], [2**60 + 1, 1]], False),
    ],
)
def test_equal_rows_are_found_as_numbers(rows, are_equal):
    assert initialisation._has_equal_rows(np.array(rows)) == are_equal
