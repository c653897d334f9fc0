"""``arguments_unchanged``: a function that changes an array of the caller is named, with the argument."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.assignment.declarations import Declarations
from grader.checks.arguments_unchanged import ArgumentsUnchangedCheck
from grader.sandbox.failures import CallError
from tests.checks.one_check import bugs, changed, outcome_of, solution

pytestmark = pytest.mark.quick

NEURON = solution("single-neuron")
IN_PLACE = changed(NEURON, "w = w - learning_rate * dw", "w -= learning_rate * dw")
KEYS = {"kind": "arguments_unchanged", "name": "unchanged", "title": "t", "points": 1}


def unchanged(source):
    return outcome_of("single-neuron", "arguments-unchanged", source)


def problems(**keys):
    check = ArgumentsUnchangedCheck(**KEYS, **{"functions": ["double"], "probe": "numbers"} | keys)
    declarations = {
        "reference": "reference.py",
        "functions": {
            "double": {"signature": "(x)", "returns": ["y"]},
            "total": {"signature": "(y)", "returns": ["s"]},
        },
        "probes": {"numbers": {"inputs": {"x": 1.0}}},
    }
    return [problem.sentence for problem in check.problems(Declarations.model_validate(declarations))]


def test_check_that_fits_its_assignment_has_no_problem():
    assert problems() == []


def test_every_function_needs_its_arguments_in_the_probe():
    # The results of the other functions are not passed on.
    assert problems(functions=["double", "total"]) == ["the probe 'numbers' has no y, which total needs; add it."]


def test_check_needs_a_function():
    with pytest.raises(ValidationError, match="at least 1 item"):
        ArgumentsUnchangedCheck(**KEYS, functions=[], probe="numbers")


def test_functions_that_change_nothing_get_full_marks():
    outcome = unchanged(NEURON)
    assert (outcome.share, outcome.message, bugs(outcome)) == (1, "No function changes its arguments.", [])


def test_function_and_argument_that_it_changes_are_named():
    outcome = unchanged(IN_PLACE)
    assert (outcome.share, bugs(outcome)) == (0, ["argument-changed-in-place"])
    assert outcome.message.startswith("`train` changes w in place: the arrays of the caller are overwritten.")
    assert outcome.bugs.bugs[0].where == "w"
    assert outcome.evidence.content == {"changed": {"train": ["w"]}}


def test_all_functions_that_change_an_argument_are_named():
    outcome = unchanged(
        changed(IN_PLACE, "    return 0.5 * np.sum", "    y_hat += 0\n    y_hat -= 1\n    return 0.5 * np.sum")
    )
    assert "`loss` changes y_hat in place; `train` changes w in place: " in outcome.message


def test_missing_functions_are_left_out():
    assert unchanged("def sigmoid(z):\n    return z\n").share == 1


def test_submission_without_any_of_the_functions_fails():
    with pytest.raises(CallError, match="is missing: define it") as error:
        unchanged("x = 1\n")
    assert error.value.status == "failed"
