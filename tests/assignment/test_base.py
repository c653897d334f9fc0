"""Names and numbers that models share check their own values."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.assignment.base import Tolerance, check_rectangular, checked_identifier

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("name", ["2x", "lambda", "__class__", "a b"])
def test_other_names_than_those_of_variables_are_refused(name):
    with pytest.raises(ValueError, match="is not a valid Python name"):
        checked_identifier(name)


def test_unknown_key_is_refused():
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Tolerance(absolut=1e-3)


def test_rows_must_be_equally_long():
    assert check_rectangular([[1, 2], [3, 4]]) == [[1, 2], [3, 4]]
    for rows in ([[1, 2], [3]], [1, [2]]):
        with pytest.raises(ValueError, match="different lengths"):
            check_rectangular(rows)
