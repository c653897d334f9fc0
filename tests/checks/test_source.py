"""``source``: which rules a check can have, and the calls in a text."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from grader.checks.source import SourceCheck

ABOUT = {"kind": "source", "name": "source", "title": "t", "points": 1}


def test_check_of_imports_alone_accepts_an_empty_submission():
    assert SourceCheck(**ABOUT).accepts_empty()
    assert not SourceCheck(**ABOUT, rules=["imports", "leakage"]).accepts_empty()


def test_check_without_rules_is_refused():
    with pytest.raises(ValidationError, match="neither rules nor forbidden_calls"):
        SourceCheck(**ABOUT, rules=[])


TAPES = """\
name: tapes
version: 1
title: Tapes
functions:
  derivative: {signature: (x), returns: [y]}
  numerical: {signature: (x), returns: [y]}
probes: {number: {inputs: {x: 1.0}}}
checks:
  - {name: tape, title: t, kind: source, rules: [], required_calls: [GradientTape], within: [derivative], points: 1}
  - {name: by-hand, title: t, kind: source, rules: [], forbidden_calls: [GradientTape], within: [numerical], points: 1}
"""
CALLS = {
    "each as required": ("x", "return tf.GradientTape()", "return x", [False, False]),
    "in a helper": ("return tf.GradientTape()", "return helper(x)", "return x", [False, False]),
    "under another name": ("x", "return Tape()", "return x", [False, False]),
    "not called": ("x", "return x", "return x", [True, False]),
    "exchanged": ("x", "return x", "return tf.GradientTape()", [True, True]),
    "forbidden in a helper": (
        "return tf.GradientTape()",
        "return tf.GradientTape()",
        "return helper(x)",
        [False, True],
    ),
}


@pytest.mark.parametrize(("helper", "derivative", "numerical", "has_failed"), CALLS.values(), ids=CALLS)
def test_calls_are_required_and_forbidden_within_functions(graded, helper, derivative, numerical, has_failed):
    source = f"""
try:
    from tape import GradientTape as Tape
except ImportError:
    pass
def helper(x):
    {helper}
def derivative(x):
    {derivative}
def numerical(x):
    {numerical}
"""
    assert [check.status == "failed" for check in graded(TAPES, source).checks] == has_failed


def test_required_call_needs_one_of_the_functions(graded):
    tape, _by_hand = graded(TAPES, "def other(x):\n    return x\n").checks
    assert tape.status != "passed" and tape.score == 0
