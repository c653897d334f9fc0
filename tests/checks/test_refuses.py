"""``refuses``: inputs without a result are refused with an exception, or by returning None."""

from __future__ import annotations

import pytest

from grader.support.yaml_model import Mistakes
from tests.assignment.tiny import load

ASSIGNMENT = """\
name: roots
version: 1
title: Roots
reference: reference.py
functions:
  root: {signature: (x), returns: [y]}
probes:
  square: {inputs: {x: 9.0}}
  negative: {fallback: negative list, inputs: {x: {value: [-1, -4], as: tuple}}}
  negative list: {inputs: {x: {value: [-1, -4], as: list}}}
checks:
  - {name: root, title: t, kind: values, function: root, probes: [square], points: 1}
  - {name: refuses, title: t, kind: refuses, function: root, probes: [negative], requires: [root], points: 1}
"""
NONE = ASSIGNMENT.replace("probes: [negative], requires", "probes: [negative], by: none, requires")
SOURCE = """\
def root(x):
    {line}
    return x ** 0.5
"""
RAISES, RETURNS = "if not isinstance(x, float): raise ValueError(x)", "if not isinstance(x, float): return None"
LISTS_ONLY = "if not isinstance(x, float): return None if x + [1] else 0"


@pytest.fixture
def result(graded, tmp_path):
    """Return a function that grades a line of the function and returns the result of the check."""

    def run(assignment, line):
        (tmp_path / "own").mkdir(exist_ok=True)
        (tmp_path / "own" / "reference.py").write_text(SOURCE.format(line="pass"))
        return graded(assignment, SOURCE.format(line=line)).checks[1]

    return run


@pytest.mark.parametrize(("assignment", "line"), [(ASSIGNMENT, RAISES), (NONE, RETURNS), (NONE, LISTS_ONLY)])
def test_refused_inputs_pass(result, assignment, line):
    check = result(assignment, line)
    assert (check.status, check.diagnosis) == ("passed", None)


@pytest.mark.parametrize(
    ("assignment", "line", "bug"),
    [
        (ASSIGNMENT, RETURNS, "invalid-inputs-accepted"),
        (NONE, "if not isinstance(x, float): return x", "invalid-inputs-accepted"),
        (NONE, RAISES, "exception-instead-of-none"),
    ],
)
def test_accepted_inputs_are_named(result, assignment, line, bug):
    check = result(assignment, line)
    assert (check.status, check.diagnosis.bug) == ("failed", bug)


def test_function_that_fails_for_all_inputs_is_not_asked(result):
    assert result(ASSIGNMENT, "raise ValueError(x)").status == "skipped"


def test_unfinished_code_does_not_count_as_a_refusal(result):
    check = result(ASSIGNMENT, "if not isinstance(x, float): raise NotImplementedError")
    assert (check.status, check.score) == ("error", 0)


def test_check_has_to_require_one_of_the_results(tmp_path):
    with pytest.raises(Mistakes, match="refuses everything would pass"):
        load(
            tmp_path,
            ASSIGNMENT.replace(", requires: [root]", "").replace("reference: reference.py", "reference: single_neuron"),
        )
