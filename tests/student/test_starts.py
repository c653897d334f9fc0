"""The start that a training function initialises itself is read from the function."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment.base import Tolerance
from grader.sandbox.failures import CallError
from grader.student.starts import Starts
from tests.student.in_process import submitted
from tests.test_own_start import FUNCTION, LOOP, PARTS, SIGNATURE


def trained(source):
    student, cases, _session = submitted("single-neuron", source)
    starts = Starts(student, cases)
    return starts, starts.train("train", cases.examples("train")[0], Tolerance())


def test_own_start_is_read_and_the_reference_starts_from_it():
    starts, call = trained(FUNCTION)
    assert starts.own_names("train") == {"w", "b"}
    assert starts.notes("train") == [
        "`train` initialises w and b itself, and the reference starts from the same values: accepted."
    ]
    np.testing.assert_allclose(call.result.values["w"], call.expected["w"])


def test_function_that_takes_a_start_has_no_own_start():
    source = PARTS + SIGNATURE.replace("X, y,", "X, y, w, b=0.0,") + LOOP
    starts, call = trained(source)
    assert starts.own_names("train") == frozenset()
    assert starts.notes("train") == []
    np.testing.assert_allclose(call.result.values["w"], call.expected["w"])


def test_start_at_which_nothing_can_be_learnt_is_refused():
    with pytest.raises(CallError, match="gradient descent hardly changes"):
        trained(FUNCTION.replace("np.random.randn(X.shape[1]), 0.0", "1e6 * np.ones(X.shape[1]), 1e6"))


def test_starts_are_the_same_in_another_layout():
    starts, _call = trained(FUNCTION)
    student, _cases, _session = submitted("single-neuron", FUNCTION)
    assert starts.of(student).own_names("train") == {"w", "b"}
