"""Mutants that lose marks are caught; the others survive unless they compute the same numbers."""

from __future__ import annotations

import pytest

from grader.mutants import measuring
from grader.support.errors import UsageError
from tests.mutants import weak


def measured(assignment):
    sentences = []
    measurement = measuring.measure(assignment, sentences.append)
    groups = (measurement.caught, measurement.equivalent, measurement.survivors, measurement.not_graded)
    assert sentences[0].startswith(f"{sum(map(len, groups))} mutants of solution.py; grading takes about ")
    return measurement


def test_weak_probe_has_a_survivor(tmp_path):
    measurement = measured(weak.assignment(tmp_path))
    assert "transpose-forgotten" in {survivor.mutant.bug for survivor in measurement.survivors}
    assert "missing-factor-two" in {mutant.bug for mutant in measurement.caught}
    assert not measurement.not_graded


def test_good_probe_has_none(tmp_path):
    assert measured(weak.assignment(tmp_path, weak.GOOD_PROBE)).survivors == []


def test_mutants_with_the_same_numbers_are_equivalent(tmp_path):
    solution = weak.SOLUTION.replace("    return dw", "    unused = -dw\n    return dw")
    measurement = measured(weak.assignment(tmp_path, weak.GOOD_PROBE, solution=solution))
    assert "unused = dw" in {mutant.after for mutant in measurement.equivalent}


def test_solution_must_get_full_marks(tmp_path):
    assignment = weak.assignment(tmp_path, solution=weak.SOLUTION.replace("2 *", "3 *"))
    with pytest.raises(UsageError, match="fails the check gradient"):
        measuring.measure(assignment, print)


def test_solution_with_a_syntax_error_is_reported(tmp_path):
    with pytest.raises(UsageError, match=r"solution\.py, line 1: .*; correct the solution"):
        measuring.measure(weak.assignment(tmp_path, solution="def gradient(:\n"), print)


def test_functions_may_use_variables_of_the_top_level(tmp_path):
    solution = weak.SOLUTION.replace("dw = 2", "dw = factor") + "\n\nfactor = int(np.sqrt(4))\n"
    assert "transpose-forgotten" in {
        each.bug for each in measured(weak.assignment(tmp_path, weak.GOOD_PROBE, solution=solution)).caught
    }


def test_functions_for_variables_have_survivors_too(tmp_path):
    check = "  - {name: scaled, title: A scaled array, kind: namespace, variables: [scaled], points: 1}\n"
    variable = "variables: {scaled: {type: array, shape: [2]}}\n"
    scaling = "\n\ndef scale(x):\n    return x / 2\n\n\nscaled = scale(np.array([1.0, 3.0]))\n"
    assignment = weak.assignment(tmp_path, weak.GOOD_PROBE, check + variable, weak.SOLUTION + scaling)
    survivors = measured(assignment).survivors
    assert {(survivor.mutant.function, survivor.place) for survivor in survivors} == {("scale", "the variable scaled")}


def test_mutant_that_never_ends_is_caught(tmp_path):
    counting = "    n = 0\n    while n < 3:\n        n = n + 1\n    return dw"
    solution = weak.SOLUTION.replace("    return dw", counting)
    limits = "limits: {call_seconds: 0.5, total_seconds: 3}\n"
    measurement = measured(weak.assignment(tmp_path, weak.GOOD_PROBE, limits, solution))
    assert "n = n - 1" in {mutant.after for mutant in measurement.caught}
    assert not measurement.not_graded


def test_solution_that_is_a_notebook_has_no_mutants(tmp_path):
    assignment = weak.assignment(tmp_path, more="solution: solution.ipynb\n")
    (tmp_path / "solution.ipynb").write_text("{}")
    with pytest.raises(UsageError, match=r"solution\.ipynb: mutants can only be made of a \.py file"):
        measuring.measure(assignment, print)
