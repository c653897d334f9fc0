"""Tests: the place of each result in an answer is found, or it is left out."""

from __future__ import annotations

import numpy as np
import pytest

from grader.student.result_places import ResultPlace, of_results

pytestmark = pytest.mark.quick
DW, DB = np.ones(3), np.zeros(2)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (DW, ()),
        ((DB, DW), (1,)),
        ({"dW": DW, "db": DB}, ("dW",)),
        ((1.5, {"layer": [DB, DW]}), (1, "layer", 1)),
    ],
)
def test_result_is_found_in_the_returned_value(value, path):
    assert of_results(value, {}, {"dW": DW}, is_method=False) == {"dW": ResultPlace(path)}


def test_result_is_found_in_a_variable():
    variables = {"grads": {"dW": DW}, "db": DB}
    found = of_results(None, variables, {"dW": DW, "db": DB}, is_method=True)
    assert found == {"dW": ResultPlace(("grads", "dW"), False, True), "db": ResultPlace(("db",), False, True)}


def test_result_in_several_places_or_nowhere_is_left_out():
    assert of_results((DW, DW), {}, {"dW": DW, "db": DB}, is_method=False) == {}
