"""Variables of an assignment check their own keys."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.assignment.variables import VariableSpec

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"type": "array", "result_of": "f"}, "belong together"),
        ({"type": "model", "equals": ["a"]}, "only for the type strings"),
        ({"type": "history", "low": 0.0}, "only for arrays"),
        ({"type": "array", "low": 1.0, "high": 0.0}, "swap them"),
    ],
)
def test_keys_of_a_variable_must_match_its_type(keys, message):
    with pytest.raises(ValidationError, match=message):
        VariableSpec(**keys)
