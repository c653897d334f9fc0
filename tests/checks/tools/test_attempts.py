"""Each accepted way to call a submission is an attempt, and the best attempt counts."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from grader.assignment.base import Tolerance
from grader.checks.tools import attempts, conventions
from grader.sandbox.failures import CallError
from tests.assignment import tiny
from tests.student.in_process import context

ASSIGNMENT = """\
name: tiny
version: "1"
title: A tiny assignment
reference: single_neuron
functions:
  cost: {signature: (labels), returns: [cost], alternatives: {labels: one_hot}, conventions: {halved: 0.5}}
  encode: {signature: (one_hot), returns: [code]}
probes:
  usual: {times: 2, inputs: {labels: {random: normal, shape: [6]}, one_hot: {random: normal, shape: [6]}}, fallback: fixed}
  fixed: {inputs: {labels: [1, 2, 3], one_hot: [4, 5, 6]}}
checks:
  - {name: cost, title: the cost, kind: values, function: cost, probes: [usual], points: 10}
"""
FIXED_SIZE = "    if len(labels) != 3:\n        raise ValueError('only three')\n"


@pytest.fixture
def best(tmp_path):
    """Return a function that returns the best attempt of a submission with this body of ``cost``."""
    loaded = tiny.load(tmp_path, ASSIGNMENT)
    check = SimpleNamespace(probes=["usual"], given=[], tolerance=Tolerance())

    def run(body, first_lines=""):
        one = context(loaded, f"import numpy as np\ndef cost(labels):\n{first_lines}    return {body}\n")

        def expect(case):
            right = {"cost": np.sum(case.inputs["labels"] ** 2)}
            return conventions.expected(one, "cost", case.inputs, right)

        return attempts.best(check, one, ["cost"], expect, lambda cases: attempts.call_all(one, "cost", cases))

    return run


def test_correct_submission_is_called_in_the_usual_way(best):
    attempt = best("np.sum(labels ** 2)")
    assert (attempt.verdict.share, attempt.fits, attempt.others) == (1, True, ())
    assert [case.name for case in attempt.cases] == ["usual 1", "usual 2"]
    assert attempt.verdict.notes == []


def test_results_in_a_convention_are_accepted_with_a_note(best):
    attempt = best("0.5 * np.sum(labels ** 2)")
    assert attempt.verdict.share == 1
    assert attempt.verdict.notes == ["Convention halved: accepted."]
    assert best("0.25 * np.sum(labels ** 2)").verdict.share == 0


def test_other_size_is_used_if_the_usual_one_fails(best):
    attempt = best("np.sum(labels ** 2)", FIXED_SIZE)
    assert attempt.verdict.share == 1
    assert [case.name for case in attempt.cases] == ["fixed"]
    (note,) = attempt.verdict.notes
    assert note.startswith("It was called with the inputs of 'fixed', because it works only with these.")
    assert note.endswith("With other inputs: `cost` stopped with ValueError: only three.")


def test_function_that_works_with_the_usual_size_is_not_called_with_another(best):
    attempt = best("np.sum(labels)")
    assert attempt.verdict.share == 0
    assert {case.name for other in (attempt, *attempt.others) for case in other.cases} == {"usual 1", "usual 2"}


def test_other_input_is_accepted_with_a_note(tmp_path):
    loaded = tiny.load(tmp_path, ASSIGNMENT)
    one = context(loaded, "import numpy as np\ndef cost(labels):\n    return np.sum(labels ** 2)\n")
    check = SimpleNamespace(probes=["usual"], given=[], tolerance=Tolerance())
    attempt = attempts.best(
        check,
        one,
        ["cost"],
        lambda case: {"": {"cost": np.sum(case.inputs["one_hot"] ** 2)}},
        lambda cases: attempts.call_all(one, "cost", cases),
    )
    assert attempt.verdict.share == 1
    assert attempt.verdict.notes == ["The function takes one_hot instead of labels: accepted."]


def test_equally_wrong_attempts_with_other_inputs_are_kept_once_each(best):
    attempt = best("np.sum(labels)")
    first, (other,) = attempt.cases[0].inputs, attempt.others
    assert attempt.answered[0]["cost"] == pytest.approx(np.sum(first["labels"]))
    assert other.answered[0]["cost"] == pytest.approx(np.sum(first["one_hot"]))


def test_attempt_with_the_expected_shape_is_better(best):
    attempt = best("np.zeros(4)")
    assert (attempt.fits, attempt.cases[0].name) == (False, "usual 1")
    attempt = best("3.0 if len(labels) == 3 else np.zeros(4)")
    assert (attempt.fits, attempt.cases[0].name) == (True, "fixed")


def test_function_that_always_fails_is_reported_with_its_error(best):
    with pytest.raises(CallError, match="ValueError: only none") as error:
        best("0", "    raise ValueError('only none')\n")
    assert error.value.status == "error"


def test_error_that_occurs_later_is_reported(best, monkeypatch):
    """The accepted input that was meant is not known, so an error far in the code is not caused by the input."""
    places = iter([(None, 3), (None, 9), (None, 5), (None, 1)])

    def fail(*_arguments, **_keywords):
        cell, line = next(places)
        raise CallError("error", f"line {line}", place=(cell, line))

    monkeypatch.setattr("grader.student.submitted.Submitted.call", fail)
    with pytest.raises(CallError, match="line 5"):  # of the last size, the later one of both inputs
        best("0")


@pytest.mark.parametrize("status", ["timeout", "crashed"])
def test_submission_that_hangs_or_ends_is_not_called_again(best, monkeypatch, status):
    calls = []

    def fail(*_arguments, **_keywords):
        calls.append(1)
        raise CallError(status, "it ended")

    monkeypatch.setattr("grader.student.submitted.Submitted.call", fail)
    with pytest.raises(CallError, match="it ended"):
        best("0")
    assert len(calls) == 1
