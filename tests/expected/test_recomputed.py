"""Only the quantities that depend on a change are computed again, with the same numbers as from the beginning."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment.formulas import Formula, Quantities
from grader.expected.recomputed import Recomputed

pytestmark = pytest.mark.quick

STEPS = {name: Formula(text) for name, text in {"out": "2 * s", "s": "w * x", "w": "w - dw", "dw": "x / 2"}.items()}
INPUTS = {"w": 3.0, "x": 4.0}


@pytest.mark.parametrize("changed", [{"s": "w + x"}, {"dw": "x"}, {"w": "w + dw"}, {"w": "w + dw", "out": "s"}])
def test_numbers_are_those_of_a_complete_computation(changed):
    formulas = {name: Formula(text) for name, text in changed.items()}
    complete = Quantities([{**STEPS, **formulas}], INPUTS)
    values = Recomputed(STEPS, INPUTS, {}).results(formulas)
    assert values == {name: complete[name] for name in values}
    assert changed.keys() <= values.keys()


def test_quantities_before_the_change_are_not_computed_again():
    assert Recomputed(STEPS, INPUTS, {}).results({"out": Formula("s")}).keys() == {"out"}


def test_one_mutant_does_not_change_the_next():
    recomputed = Recomputed(STEPS, INPUTS, {})
    first = recomputed.results({"dw": Formula("x")})
    assert recomputed.results({"dw": Formula("x")}) == first


def test_functions_can_be_called():
    steps = {"y": Formula("half(x)")}
    assert Recomputed(steps, {"x": 4.0}, {"half": lambda x: x / 2}).results({"y": Formula("half(x) + 1")}) == {"y": 3.0}


def test_error_of_a_formula_is_raised():
    with pytest.raises(ValueError, match="broadcast"):
        Recomputed(STEPS, {"w": np.ones(2), "x": np.ones(3)}, {})
