"""``chain``: the grader passes the results of the submission's functions on from step to step."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.assignment.declarations import Declarations
from grader.checks.chain import ChainCheck
from tests.checks.one_check import bugs, changed, outcome_of, solution
from tests.conftest import known_wrong

MNIST = solution("numpy-mnist").partition("def challenge_train")[0]
KEYS = {"kind": "chain", "name": "chain", "title": "t", "points": 1, "steps": 2, "probes": ["numbers"]}
FUNCTIONS = {
    "double": {"signature": "(x)", "returns": ["y"]},
    "total": {"signature": "(y)", "returns": ["s"]},
    "start": {"signature": "(s)", "returns": ["x"]},
}


def one_step(source):
    return outcome_of("numpy-mnist", "one-step", source)


def problems(*functions, **keys):
    check = ChainCheck(**KEYS, functions=functions, **keys)
    declarations = {
        "reference": "reference.py",
        "functions": FUNCTIONS,
        "probes": {"numbers": {"inputs": {"x": 1.0}}, "sum": {"inputs": {"s": 1.0}}},
    }
    return [problem.sentence for problem in check.problems(Declarations.model_validate(declarations))]


@pytest.mark.quick
def test_results_are_inputs_of_the_functions_that_are_called_later():
    assert problems("double", "total") == []
    assert problems("total", "double") == ["the probe 'numbers' has no y, which total needs; add it."]
    assert problems("double", "total", given=["start"]) == ["the probe 'numbers' has no s, which start needs; add it."]


@pytest.mark.quick
@pytest.mark.parametrize(
    ("keys", "message"), [({"functions": ["double"]}, "at least 2 items"), ({"steps": 0}, "greater than or equal to 1")]
)
def test_chain_needs_two_functions_and_a_step(keys, message):
    with pytest.raises(ValidationError, match=message):
        ChainCheck(**{**KEYS, "functions": ["double", "total"], **keys})


def test_right_functions_get_full_marks():
    outcome = one_step(MNIST)
    assert (outcome.share, bugs(outcome), outcome.pictures) == (1, [], [])
    assert outcome.message == (
        "Called one after another, forward_propagation, back_propagation, update_params agree with the reference "
        "for one step in 3 cases."
    )
    assert "for 15 steps in 3 cases." in outcome_of("numpy-mnist", "trajectory", MNIST).message


def test_one_wrong_result_costs_all_points():
    outcome = one_step(changed(MNIST, "    w1 = w1 - alpha * dW1\n", ""))
    assert outcome.share == 0
    assert "case 'one step 1': w1 is wrong in 42 of 42 entries." in outcome.message
    assert outcome.message.endswith("Right: w3, b3, w2, b2, b1.")
    assert len(outcome.pictures) == 1


def test_functions_get_the_results_of_the_submission():
    # The update is right; it gets wrong derivatives from the submission's own function.
    outcome = one_step(changed(MNIST, "dW2 = dZ2.dot(A1.T) / m", "dW2 = dZ2.dot(A1.T)"))
    assert outcome.share == 0
    assert "w2 is wrong" in outcome.message


def test_lists_are_accepted_with_a_note():
    outcome = one_step(changed(MNIST, "return dW3, dB3", "return dW3.tolist(), dB3"))
    assert outcome.share == 1
    assert outcome.message.endswith("Lists of numbers instead of arrays (dW3): accepted.")


def test_state_that_changes_from_step_to_step_is_named():
    source = known_wrong("numpy-mnist", "decaying-learning-rate")
    assert one_step(source).share == 1
    outcome = outcome_of("numpy-mnist", "trajectory", source)
    assert (outcome.share, bugs(outcome)) == (0, ["state-kept-between-calls"])
