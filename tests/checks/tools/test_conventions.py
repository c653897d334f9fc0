"""An assignment accepts conventions: a common factor of all results, or the numbers of a declared bug."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment import load
from grader.checks.tools import conventions
from tests.assignment import tiny
from tests.conftest import ROOT
from tests.student.in_process import context

REFERENCE = """
import numpy as np

def leaky(z, slope=0.1):
    return np.where(z < 0, slope * z, z)

def leaky_slope(z, slope=0.1):
    return np.where(z < 0, slope, 1.0)

def layer(z):
    return 3 * leaky(z, 0.1) + 1
"""
ASSIGNMENT = """\
name: leaky
version: 1
title: A slide with a constant
reference: reference.py
functions:
  leaky: {signature: "(z, slope=0.1)", returns: [a], conventions: {doubled: 2}}
  leaky_slope: {signature: "(z, slope=0.1)", returns: [da]}
  layer: {signature: (z), returns: [a]}
probes:
  numbers: {times: 2, inputs: {z: {random: normal, shape: [6], scale: 2}, slope: 0.3}}
checks:
  - {name: leaky, title: t, kind: values, function: leaky, probes: [numbers], points: 1}
  - {name: slope, title: t, kind: values, function: leaky_slope, probes: [numbers], points: 1}
  - {name: layer, title: t, kind: values, function: layer, probes: [numbers], points: 1}
steps:
  leaky: {a: "np.where(z < 0, slope * z, z)"}
  leaky_slope: {da: "np.where(z < 0, slope, 1)"}
  layer: {a: "3 * leaky(z, 0.1) + 1"}
bugs:
  - {name: constant, function: leaky, replace: {a: "np.where(z < 0, slope, z)"}, accepted: true, description: {
      title: A constant, kind: The slide prints a constant for negative inputs., reason: What does the slide print?}}
  - {name: constant, function: leaky_slope, replace: {da: "np.where(z < 0, 0, 1)"}, accepted: true, only_with: leaky}
"""
RIGHT = {
    "leaky": "np.where(z < 0, slope * z, z)",
    "leaky_slope": "np.where(z < 0, slope, 1.0)",
    "layer": "3 * leaky(z) + 1",
}


@pytest.fixture
def judged(graded, tmp_path):
    """Return a function that grades formulas, by function, and returns the results by check."""

    def run(**formulas):
        (tmp_path / "own").mkdir()
        (tmp_path / "own" / "reference.py").write_text(REFERENCE)
        source = "import numpy as np\n"
        for name, formula in (RIGHT | formulas).items():
            arguments = "z" if name == "layer" else "z, slope=0.1"
            source += f"def {name}({arguments}):\n    return {formula}\n"
        return {check.name: check for check in graded(ASSIGNMENT, source).checks}

    return run


def test_numbers_of_an_accepted_bug_get_full_points_and_a_note(judged):
    checks = judged(leaky="np.where(z < 0, slope, z)", leaky_slope="np.where(z < 0, 0.0, 1.0)")
    assert {check.status for check in checks.values()} == {"passed"}
    assert "Convention constant: accepted. The slide prints a constant" in checks["leaky"].message
    assert checks["leaky"].diagnosis is None


def test_function_that_uses_a_convention_is_judged_by_it(judged):
    checks = judged(leaky="np.where(z < 0, slope, z)")
    assert checks["layer"].status == "passed"
    assert "`leaky`, which follow an accepted convention" in checks["layer"].message


def test_convention_of_two_functions_does_not_count_for_one_of_them(judged):
    checks = judged(leaky_slope="np.where(z < 0, 0.0, 1.0)")
    assert (checks["leaky"].status, checks["slope"].status) == ("passed", "failed")
    assert checks["slope"].diagnosis is None or checks["slope"].diagnosis.bug != "constant"


def test_values_may_have_a_declared_factor(judged):
    checks = judged(leaky="2 * np.where(z < 0, slope * z, z)", layer="3 * np.where(z < 0, 0.1 * z, z) + 1")
    assert checks["leaky"].status == "passed" and "Convention doubled: accepted." in checks["leaky"].message


@pytest.mark.parametrize("formula", ["np.where(z < 0, 0.2, z)", "np.abs(z)"])
def test_other_numbers_are_wrong_and_no_convention_is_named(judged, formula):
    result = judged(leaky=formula)["leaky"]
    assert result.status == "failed" and "Convention" not in result.message
    assert result.diagnosis is None or result.diagnosis.bug != "constant"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("accepted: true, only_with: leaky}", "only_with: leaky}", "only_with is for accepted conventions"),
        ("only_with: leaky}", "only_with: layer}", "function with the convention constant"),
        (
            '{a: "np.where(z < 0, slope, z)"}, accepted',
            '{a: "c * z"}, unknown: c, accepted',
            "has no detector or unknown",
        ),
    ],
)
def test_mistakes_in_a_convention_are_reported(tmp_path, old, new, problem):
    (tmp_path / "reference.py").write_text(REFERENCE)
    assert old in ASSIGNMENT
    with pytest.raises(Exception, match=problem):
        tiny.load(tmp_path, ASSIGNMENT.replace(old, new))


def test_convention_that_a_case_lacks_is_left_out():
    content = load("losses").content
    forms = [{"": {"a": 1}, "doubled": {"a": 2}, "half": {"a": 0.5}}, {"": {"a": 3}, "half": {"a": 1.5}}]
    found = [*conventions.each(content, forms)]
    assert [(name, values) for name, _notes, values in found] == [
        ("", [{"a": 1}, {"a": 3}]),
        ("half", [{"a": 0.5}, {"a": 1.5}]),
    ]
    assert [len(notes) for _name, notes, _values in found] == [0, 1]


def test_conventions_in_turn_are_those_of_all_at_once():
    made = context("ffnn", (ROOT / "assignments" / "ffnn" / "solution.py").read_text())
    for case in made.cases.draw(["five classes"]):
        right = made.oracle.results("network_output", case.inputs)
        at_once = conventions.expected(made, "network_output", case.inputs, right)
        in_turn = {
            name: forms for name, _about, forms in conventions.each_in_turn(made, "network_output", [case.inputs])
        }
        assert [*in_turn] == [*at_once]
        assert len(in_turn) > 3
        assert all(np.array_equal(in_turn[name][0]["y"], at_once[name]["y"]) for name in at_once)
