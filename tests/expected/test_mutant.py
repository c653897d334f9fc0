"""A mutant knows which names it reads and replaces, and whether an operator made it."""

from __future__ import annotations

import pytest

from grader.assignment.bugs import Bug
from grader.assignment.formulas import Formula
from grader.expected.mutant import Mutant
from grader.mutation.changes import Change

pytestmark = pytest.mark.quick

FLIPPED = {"name": "sign-flipped", "function": "f", "replace": {"b": "-b + a"}}


def test_mutant_that_reads_the_correct_value_does_not_replace_it():
    bug = Bug.model_validate(FLIPPED)
    assert Mutant(bug, {"b": Formula("-b + a")}).replaced == set()
    assert Mutant(bug, {"b": Formula("a")}).replaced == {"b"}
    assert Mutant(bug, {"b": Formula("-b + a")}).needs == {"a", "b"}


def test_only_a_mutant_with_changes_is_generated():
    bug = Bug.model_validate(FLIPPED)
    assert not Mutant(bug).is_generated
    assert Mutant(bug, changes=(Change("sign-flipped", "b", "b", "-b", "-b"),)).is_generated


def test_unknown_gets_a_number():
    bug = Bug.model_validate({**FLIPPED, "replace": {"b": "c * b"}, "unknown": "c"})
    assert Mutant(bug, {"b": Formula("c * b")}).with_constant(0.5).constants == {"c": 0.5}
