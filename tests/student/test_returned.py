"""Functions that a submission's functions return, called again inside the worker."""

from __future__ import annotations

import pytest

from grader.student import returned
from tests.assignment.tiny import load

ASSIGNMENT = """\
name: costs
version: 1
title: Costs
reference: reference.py
functions:
  Cost: {signature: (target), returns_function: {signature: "(X, scale=2)", returns: [cost]}}
aliases: {X: [output]}
probes:
  numbers: {times: 2, inputs: {target: {random: normal, shape: [4]}, X: {random: normal, shape: [4]}}}
checks:
  - {name: cost, title: t, kind: values, function: Cost, probes: [numbers], points: 1}
steps:
  Cost: {cost: scale * np.sum((target - X) ** 2)}
"""
REFERENCE = """\
def Cost(target):
    def cost(X, scale=2):
        return scale * ((target - X) ** 2).sum()
    return cost
"""
CLASS = """\
class Cost:
    def __init__(self, target):
        self.target = target
    def __call__(self, X, scale):
        return scale * ((self.target - X) ** 2).sum()
"""


@pytest.fixture
def cost(graded, tmp_path):
    """Return a function that grades a source and returns the result of its check."""

    def run(source):
        (tmp_path / "own").mkdir(exist_ok=True)
        (tmp_path / "own" / "reference.py").write_text(REFERENCE)
        (result,) = graded(ASSIGNMENT, source).checks
        return result

    return run


@pytest.mark.parametrize(
    "source",
    [
        REFERENCE,
        REFERENCE.replace("X, scale=2", "output, *, scale").replace("- X", "- output"),
        CLASS,
        "Cost = lambda target: lambda X, scale=2: scale * ((target - X) ** 2).sum()\n",
    ],
)
def test_function_lambda_and_object_that_can_be_called_are_accepted(cost, source):
    assert cost(source).status == "passed"


def test_returned_function_is_judged_by_its_results(cost):
    result = cost(REFERENCE.replace(".sum()", ".mean()"))
    assert result.status == "failed"
    assert result.diagnosis.bug == "mean-instead-of-sum"
    assert result.evidence.example.call.startswith("Cost(target=")
    assert ")(X=" in result.evidence.example.call


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("def Cost(target):\n    return target.sum()\n", "has to return a function"),
        ("def Cost(target, X):\n    return X\n", "Expected `Cost(target)(X, scale=2)`, found `Cost(target, X)`"),
        (
            "def Cost(target):\n    return lambda: 1\n",
            "Expected `Cost(target)(X, scale=2)`, found `Cost(...)()`: it has no parameter for X",
        ),
        ("class Cost:\n    def __init__(self, target):\n        pass\n", "is missing"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(cost, source, message):
    result = cost(source)
    assert result.status == "failed"
    assert message in result.message


def test_exception_in_the_returned_function_is_one_of_the_submission(cost):
    result = cost("def Cost(target):\n    return lambda X, scale: X.missing\n")
    assert result.status == "error"
    assert "AttributeError" in result.message


def test_two_functions_that_share_their_state_fail(cost):
    shared = (
        "def Cost(target):\n    global t\n    t = target\n    return lambda X, scale: scale * ((t - X) ** 2).sum()\n"
    )
    result = cost(shared)
    assert result.status == "failed"
    assert result.diagnosis.bug == "functions-share-state"


def test_arguments_of_both_calls_are_the_arguments_of_the_function(tmp_path):
    declared = load(tmp_path, ASSIGNMENT.replace("reference.py", "losses")).content.functions["Cost"]
    assert declared.argument_names() == ["target", "X", "scale"]
    assert [item.argument_names() for item in declared.each_call] == [["target"], ["X", "scale"]]
    assert declared.written == "(target)(X, scale=2)"
    assert declared.returns == ["cost"]


def test_only_classes_whose_objects_can_be_called_are_functions():
    assert returned.as_function("Cost", {}) is None


HOSTILE = {
    "never returns": ("    return lambda X, scale: [None for _ in iter(int, 1)]\n", {"timeout", "memory"}),
    "ends the process": ("    import os\n    return lambda X, scale: os._exit(0)\n", {"crashed"}),
    "raises SystemExit": ("    return lambda X, scale: exit()\n", {"error"}),
    "returns a huge list": ("    return lambda X, scale: [0.0] * 10**9\n", {"memory", "error", "failed"}),
    "a handle in a text": ("    return lambda X, scale: ['kept', 'returned function']\n", {"failed"}),
    "describes itself wrongly": (
        "    class Liar:\n        __signature__ = 'none'\n        def __getattribute__(self, name):\n"
        "            raise ValueError(name)\n        def __call__(self, *names):\n            return 1.0\n    return Liar()\n",
        {"failed", "error"},
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_functions_end_in_a_known_way(graded, tmp_path, kind):
    body, statuses = HOSTILE[kind]
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "reference.py").write_text(REFERENCE)
    limited = ASSIGNMENT.replace("functions:", "limits: {call_seconds: 2, memory_mb: 256}\nfunctions:", 1)
    (result,) = graded(limited, f"def Cost(target):\n{body}").checks
    assert result.status in statuses, result.message
