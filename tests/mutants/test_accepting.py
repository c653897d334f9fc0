"""An accepted change is outdated if it is no mutant, or none that survives."""

from __future__ import annotations

import pytest

from grader.mutants.accepting import judge
from grader.mutants.making import mutants
from grader.mutants.measuring import Measurement, Survivor
from grader.support.errors import UsageError
from tests.mutants import weak

pytestmark = pytest.mark.quick


def judged(folder, accepted, group="survivors"):
    """Judge a measurement in which all mutants without the transpose belong to ``group``."""
    assignment = weak.assignment(folder, more=accepted)
    forgotten = [each for each in mutants(weak.SOLUTION, assignment.content) if each.after == "dw = 2 * X @ error"]
    entries = [Survivor(each, "gradient") for each in forgotten] if group == "survivors" else forgotten
    return judge(Measurement(**{group: entries}), assignment)


def test_accepted_survivor(tmp_path):
    judgement = judged(tmp_path, weak.ACCEPTED)
    assert (len(judgement.accepted), judgement.survivors, judgement.outdated) == (1, [], [])


def test_other_survivors_remain(tmp_path):
    judgement = judged(tmp_path, "")
    assert (judgement.accepted, len(judgement.survivors), judgement.outdated) == ([], 1, [])


@pytest.mark.parametrize(
    ("group", "reason"),
    [
        ("caught", "X.T -> X: the checks notice it now."),
        ("equivalent", "X.T -> X: it computes the same numbers as the solution."),
        ("not_graded", "X.T -> X: it could not be graded."),
    ],
)
def test_accepted_mutant_that_does_not_survive_is_outdated(tmp_path, group, reason):
    assert judged(tmp_path, weak.ACCEPTED, group).outdated == [reason]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ('"X.H": "X"', "X.H -> X: 'X.H' is not in solution.py; copy a text from there, with its spaces."),
        ('"dw": "d"', "dw -> d: 'dw' is 2 times in solution.py; add text around it until it occurs once."),
        ('"X.T": "X."', "X.T -> X.: the changed source does not compile."),
        ('"X.T": "X + 9"', "X.T -> X + 9: no mutant has this change."),
    ],
)
def test_accepted_change_that_is_no_mutant_is_outdated(tmp_path, change, reason):
    assert judged(tmp_path, f"accepted: [{{change: {{{change}}}, why: taste}}]\n").outdated == [reason]


def test_all_survivors_of_a_function_can_be_accepted(tmp_path):
    accepted = "accepted: [{function: gradient, why: taste}]\n"
    judgement = judged(tmp_path, accepted)
    assert (len(judgement.accepted), judgement.survivors, judgement.outdated) == (1, [], [])
    assert judged(tmp_path, accepted, "caught").outdated == ["gradient: no change in this function survives."]


def test_change_and_function_are_alternatives(tmp_path):
    with pytest.raises(UsageError, match="needs either 'change' or 'function'"):
        judged(tmp_path, 'accepted: [{function: gradient, change: {"X.T": "X"}, why: taste}]\n')
