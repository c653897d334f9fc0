"""Calls and their answers: which arguments a call has changed, and the answers of several calls."""

from __future__ import annotations

import numpy as np
import pytest

from grader.sandbox.calls import Answer, Call, SubmittedFunction
from grader.sandbox.failures import CallError
from grader.student.answers import FunctionCall, answers_of, changed_arguments
from grader.student.signatures import State

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(("factor", "names"), [(1, []), (2, ["w"])])
def test_changed_arguments_are_named(factor, names):
    w, lists = np.ones(2), [np.zeros(2), np.ones(3)]
    call = Call("f", [w, lists], {})
    answer = Answer(None, [factor * w, [each.copy() for each in lists]], {})
    state = State({}, frozenset())
    made = FunctionCall(SubmittedFunction("f", [], []), {"w": w, "first": lists[0]}, state, call, answer)
    assert changed_arguments(made) == names


def test_changed_entry_of_a_list_is_named():
    lists = [np.zeros(2), np.ones(3)]
    answer = Answer(None, [[lists[0], lists[1] + 1]], {})
    laid_out = {"W1": lists[0], "W2": lists[1]}
    call = FunctionCall(
        SubmittedFunction("f", [], []), laid_out, State({}, frozenset()), Call("f", [lists], {}), answer
    )
    assert changed_arguments(call) == ["W2"]


def test_first_failure_is_raised():
    answer = Answer(1.0, [], {})
    assert answers_of([answer, answer]) == [answer, answer]
    with pytest.raises(CallError, match="stopped"):
        answers_of([answer, CallError("error", "stopped")])
