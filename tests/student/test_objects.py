"""Objects of a submission's classes: sequences of calls on them, and what is read from them."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment import load
from grader.expected.cases import Cases
from grader.expected.mutations import Mutations
from grader.expected.reference import Oracle
from grader.sandbox.calls import Answer
from grader.sandbox.failures import CallError
from grader.student.submitted import Submitted
from tests.assignment import counter
from tests.student.test_sequences import INPUTS, defined

pytestmark = pytest.mark.quick


class Prepared:
    """A session that gives prepared values, one for each call."""

    def __init__(self, values, definitions):
        self.values = values
        self.definitions = definitions

    def call_all(self, calls):
        outcomes = []
        for call, value in zip(calls, self.values, strict=True):
            is_failure = isinstance(value, CallError)
            outcomes.append(value if is_failure else Answer(value, call.positional if call.give_back else [], {}))
            if is_failure:
                break
        return outcomes

    def close(self):
        pass


@pytest.fixture
def submission(tmp_path):
    """Return a function that makes (submission, its sequence) of the values that its calls return."""
    assignment = load(str(counter.write(tmp_path / "counter")))
    content = assignment.content

    def made(values, definitions=None):
        session = Prepared(values, definitions or defined())
        student = Submitted(assignment, [], session, Cases(content, Oracle(assignment), 0), Mutations(assignment))
        return student, content.sequences["sequence sum"]

    return made


def test_sequence_returns_the_results_of_each_call(submission):
    student, sequence = submission([None, 1.0, None, 3.0, 4.0])
    assert not student.has_made_objects
    assert student.call_sequence(sequence, INPUTS).values == {"total1": 1.0, "total3": 3.0, "total4": 4.0}
    assert student.has_made_objects
    assert student.answer_count == 5
    student.forget()
    assert not student.has_made_objects


def test_failure_of_a_call_ends_the_sequence(submission):
    student, sequence = submission([None, 1.0, CallError("error", "stopped"), 3.0, 4.0])
    with pytest.raises(CallError, match="stopped"):
        student.call_sequence(sequence, INPUTS)


def test_attributes_are_read_before_and_after_the_calls(submission):
    before, after = {"total": np.zeros(3)}, {"total": np.ones(3)}
    student, sequence = submission([None, before, 1.0, None, 3.0, 4.0, after])
    run = student.run_objects(sequence, INPUTS)
    assert [*run.before.values()] == [before]
    assert [*run.after.values()] == [after]
    assert run.results == {"total1": 1.0, "total3": 3.0, "total4": 4.0}
    assert run.failure is None
