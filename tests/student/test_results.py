"""Results of a call by name, in the layout of the task."""

from __future__ import annotations

import numpy as np
import pytest

from grader.judging.wrong_answer import WrongAnswer
from grader.student.answers import PlannedCall
from tests.student.in_process import submitted
from tests.student.test_submitted import NEURON, inputs

pytestmark = pytest.mark.quick


def test_results_are_bound_by_name():
    student, cases, _session = submitted("single-neuron", NEURON)
    case = inputs(cases)
    answer = student.call(PlannedCall("gradients", case))
    expected = cases.expected("gradients", case)
    np.testing.assert_allclose(answer.values["dw"], expected["dw"])
    np.testing.assert_allclose(answer.values["db"], expected["db"])
    assert answer.notes == [] == answer.changed
    assert student.answer_count >= 1


def test_missing_result_is_reported():
    student, cases, _session = submitted("single-neuron", NEURON.replace("return db, dw", "return dw"))
    with pytest.raises(WrongAnswer, match="db"):
        student.call(PlannedCall("gradients", inputs(cases)))


def test_places_of_results_are_known_after_a_call():
    student, cases, _session = submitted("single-neuron", NEURON)
    assert student.result_places("gradients") == {}
    student.call(PlannedCall("gradients", inputs(cases)))
    assert {*student.result_places("gradients")} == {"dw", "db"}


def test_list_is_named_unless_the_task_asks_for_a_tuple():
    source = "def shapes(t): return t.ndim, t.shape, t.size\ndef last_row(t): return [*t[-1]]\n"
    student, _cases, _session = submitted("tensors", source)
    given = {"t": np.ones((2, 3))}
    assert student.call(PlannedCall("shapes", given)).lists == ()
    assert student.call(PlannedCall("last_row", given)).lists == ("row",)
