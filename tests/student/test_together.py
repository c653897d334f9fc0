"""Calls that travel together have the outcomes of single calls."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment import load
from grader.sandbox.failures import CallError
from grader.student import together
from grader.student.answers import PlannedCall
from tests.student.in_process import submitted

SOLUTION = (load("single-neuron").folder / "solution.py").read_text()
NUMBERS = [0.0, 1.0, 2.0, 3.0]


def planned(*numbers, function="sigmoid"):
    return [PlannedCall(function, {"z": np.float64(number)}) for number in numbers]


def counting(body):
    return f"import numpy as np\ncalls = []\ndef sigmoid(z):\n    calls.append(z)\n{body}\n    return 1 / (1 + np.exp(-z))\n"


def test_first_call_of_a_function_travels_alone_and_the_others_together():
    student, _cases, session = submitted("single-neuron", SOLUTION)
    answers = together.call_all(student, planned(*NUMBERS))
    assert [float(answer.values["a"]) for answer in answers] == pytest.approx([1 / (1 + np.exp(-z)) for z in NUMBERS])
    assert session.frames == [1, 3]
    together.call_all(student, planned(*NUMBERS))
    assert session.frames == [1, 3, 4]
    assert student.answer_count == 8


def test_calls_of_several_functions_travel_together():
    student, cases, session = submitted("single-neuron", SOLUTION)
    calls = [
        PlannedCall(function, cases.examples(function)[0].inputs, watch_arguments=True)
        for function in ("sigmoid", "predict", "gradients")
    ]
    for each in calls:
        student.call(each)
    session.frames.clear()
    assert [answer.changed for answer in together.call_all(student, calls)] == [[], [], []]
    assert session.frames == [3]


def without_results(*places):
    """Return a submission whose function ``gradients`` returns nothing in these calls, and five calls of it."""
    source = (
        f"{SOLUTION}\nright, calls = gradients, []\n"
        "def gradients(X, y, w, b=0.0):\n"
        "    calls.append(1)\n"
        f"    return None if len(calls) in {places} else right(X, y, w, b)\n"
    )
    student, cases, session = submitted("single-neuron", source)
    return student, session, [PlannedCall("gradients", cases.examples("gradients")[0].inputs)] * 5


def test_answer_without_the_results_of_the_task_ends_the_calls():
    student, session, calls = without_results(1)
    with pytest.raises(CallError):
        together.call_all(student, calls)
    assert session.calls == ["gradients"]


@pytest.mark.parametrize(("place", "ends"), [(2, ["close"]), (5, [])])
def test_worker_is_replaced_if_calls_were_made_after_such_an_answer(place, ends):
    student, session, calls = without_results(place)
    with pytest.raises(CallError):
        together.call_all(student, calls)
    assert session.calls == ["gradients"] * 5 + ends
    assert student.answer_count == place


def test_error_ends_the_calls_and_counts_as_in_single_calls():
    student, _cases, session = submitted("single-neuron", counting("    if len(calls) == 3: raise ValueError"))
    with pytest.raises(CallError, match="ValueError"):
        together.call_all(student, planned(*NUMBERS))
    assert session.calls == ["sigmoid"] * 3
    assert student.answer_count == 2


def test_call_that_cannot_be_prepared_fails_after_the_calls_before_it():
    student, _cases, session = submitted("single-neuron", SOLUTION)
    with pytest.raises(CallError):
        together.call_all(student, [*planned(0.0, 1.0), PlannedCall("sigmoid", {}), *planned(2.0)])
    assert session.calls == ["sigmoid", "sigmoid"]


def test_methods_of_a_class_are_called_one_by_one():
    source = "import numpy as np\nclass Neuron:\n    def sigmoid(self, z):\n        return 1 / (1 + np.exp(-z))\n"
    student, _cases, _session = submitted("single-neuron", source)
    assert not student.needs_no_other_call("sigmoid")
