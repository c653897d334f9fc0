"""Steps agree with a reference if all results of all cases are equal within rounding."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment import load
from grader.diagnosis import agreement
from tests.doubling import ASSIGNMENT, REFERENCE

STEPS = "\nsteps:\n  double: {y: 2 * x}\n  total: {sum: np.sum(x)}\n"


@pytest.fixture
def compared(tmp_path):
    """Compare the steps of a small assignment with its reference, for two seeds."""

    def run(steps=STEPS, reference=REFERENCE):
        (tmp_path / "assignment.yaml").write_text(ASSIGNMENT + steps)
        (tmp_path / "reference.py").write_text(reference)
        loaded = load(str(tmp_path))
        return loaded, agreement.compare(loaded, range(2))

    return run


def test_equal_steps_give_a_proof(compared):
    loaded, comparisons = compared()
    assert {item.problem for item in comparisons.values()} == {""}
    assert comparisons["double"].cases == 6  # two random cases and a hidden one for each seed
    proof = agreement.proof_of(loaded, comparisons, range(2))
    assert (proof.seeds, proof.functions.keys()) == (2, {"double", "total"})
    assert proof.functions["double"].dtypes == {"y": "float64"}


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ("2.1 * x", "y differs by 5.0e-02 of its largest entry"),
        ("np.sum(x)", "y has the shape (), the reference's has (4,)"),
        ("np.ones(7) * x", "they cannot be computed in the case 'numbers 1'"),
    ],
)
def test_other_steps_are_a_problem(compared, steps, problem):
    loaded, comparisons = compared(STEPS.replace("2 * x", steps))
    assert problem in comparisons["double"].problem
    assert agreement.proof_of(loaded, comparisons, range(2)).functions.keys() == {"total"}


def test_function_without_a_check_is_a_problem(compared, monkeypatch):
    monkeypatch.setattr(agreement, "cases_of", lambda *arguments: [])
    assert compared()[1]["double"].problem == "no check calls double on a probe"


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        ([1.0, np.nan], [1.0, np.nan], 0.0),
        ([1.0, 2.5], [1.0, 2.0], 0.25),
        ([np.nan, 1.0], [0.0, 1.0], np.inf),
        ([0.5], [0.0], 0.5),
    ],
)
def test_difference_is_relative_to_the_largest_entry(one, other, difference):
    assert agreement._difference(np.array(one), np.array(other)) == difference
