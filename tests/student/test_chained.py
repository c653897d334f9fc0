"""Chains of calls for several cases have the results of calls that are made case by case."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment import load
from grader.sandbox.failures import CallError
from grader.student import chained
from grader.student.chained import Chain, Start
from grader.student.submitted import Submitted
from tests.student.in_process import submitted

SOURCE = (load("numpy-mnist").folder / "solution.py").read_text().partition("def challenge_train")[0]
CHAIN = Chain(["forward_propagation", "back_propagation", "update_params"], 3)
EXAMPLES = 2  # calls for results that other functions take
RETURN = "    return dW3, dB3"


def ends(source, are_right=lambda answers: True):
    """Return the final parameters of three cases, the submission, and its session."""
    student, cases, session = submitted("numpy-mnist", source)
    drawn = cases.draw(["fifteen steps", "fifteen steps, small batch"], ["one_hot"])[:3]
    starts = [Start(case.inputs, {name: np.shape(item) for name, item in case.inputs.items()}) for case in drawn]
    answers = chained.results(student, CHAIN, starts, are_right)
    return [answer.values for answer in answers], student, session


def assert_same(one, other):
    for values, others in zip(one, other, strict=True):
        assert all(np.array_equal(values[name], others[name]) for name in others)


def test_calls_of_all_cases_travel_together_after_the_first_step():
    values, student, session = ends(SOURCE)
    assert len(values) == 3
    assert session.frames[EXAMPLES:] == [1, 1, 1, 2, 2, 2, 3]
    assert session.calls[-3:] == ["rounds"] * 3
    assert student.answer_count == EXAMPLES + 27


def test_wrong_results_are_computed_again_case_by_case_and_count_once():
    right, _student, _session = ends(SOURCE)
    values, student, session = ends(SOURCE, lambda answers: False)
    assert_same(values, right)
    assert session.calls.count("close") == 1
    assert session.frames[-27:] == [1] * 27
    assert student.answer_count == EXAMPLES + 27


RETURNS_W1 = "return w3, b3, w2, b2, w1, b1"
CHANGED = {
    "a list": (RETURNS_W1, "return w3.tolist(), b3, w2, b2, w1, b1"),
    "a number of another type": (RETURNS_W1, "return w3, b3, w2, b2, w1, b1.astype(np.float32)"),
    "changed arguments": ("    return dW3, dB3", "    w3 *= 0\n    Z1 *= 0\n    return dW3, dB3"),
}


@pytest.mark.parametrize("change", CHANGED)
def test_steps_inside_the_worker_have_the_results_of_steps_case_by_case(change):
    old, new = CHANGED[change]
    assert old in SOURCE
    source = SOURCE.replace(old, new)
    values, _student, session = ends(source)
    assert ("rounds" in session.calls) == (change != "a list")
    by_case, _student, session = ends("calls = []\n" + source.replace(RETURN, f"    calls.append(1)\n{RETURN}"))
    assert "rounds" not in session.calls
    assert_same(values, by_case)


def test_functions_with_global_variables_are_called_case_by_case():
    assert RETURN in SOURCE
    source = "calls = []\n" + SOURCE.replace(RETURN, f"    calls.append(1)\n{RETURN}")
    values, _student, session = ends(source, lambda answers: pytest.fail("the order was changed"))
    assert_same(values, ends(SOURCE)[0])
    assert set(session.frames) == {1}


def failing(place):
    """Return a submission whose back-propagation fails once, in this call."""
    body = f"    back_propagation.calls += 1\n    if back_propagation.calls == {place}: raise ValueError\n"
    assert RETURN in SOURCE
    return SOURCE.replace(RETURN, body + RETURN) + "\nback_propagation.calls = 0\n"


def test_error_in_the_first_step_is_not_repeated(monkeypatch):
    monkeypatch.setattr(Submitted, "forget", lambda student: pytest.fail("it is called again"))
    with pytest.raises(CallError, match="ValueError"):
        ends(failing(1))


def test_error_after_calls_of_other_cases_is_left_to_the_calls_case_by_case():
    values, _student, session = ends(failing(3))  # the worker of the tests keeps its state, so no other call fails
    assert_same(values, ends(SOURCE)[0])
    assert "close" in session.calls
