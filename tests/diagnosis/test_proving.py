"""An own assignment may declare bugs in several ways; wrong declarations are reported in a sentence."""

from __future__ import annotations

import re

import pytest

from grader.assignment import load
from grader.grading.validate import validate
from grader.support.errors import UsageError
from tests.conftest import ending

ASSIGNMENT = """\
name: own
version: "1"
title: Two small functions
reference: reference.py
functions:
  slopes: {signature: "(X, y, w)", returns: [out, dw, db]}
  layers: {signature: "(x, b1, b2)", returns: [Z1, Z2]}
  descend: {signature: "(w, rate)", returns: [lower]}
probes:
  points:
    times: 2
    inputs: {X: {draw: normal, shape: [7, 3]}, y: {draw: normal, shape: [7]}, w: {draw: normal, shape: [3]}}
  few points:
    inputs: {X: {draw: normal, shape: [4, 2]}, y: {draw: normal, shape: [4]}, w: {draw: normal, shape: [2]}}
  numbers:
    times: 2
    inputs: {x: {draw: normal, shape: [5]}, b1: {draw: normal}, b2: {draw: normal}}
  start: {inputs: {w: {draw: normal, shape: [3]}, rate: 0.3}}
checks:
  - {name: slopes, title: Slopes, kind: values, function: slopes, probes: [points, few points], points: 2}
  - {name: layers, title: Layers, kind: values, function: layers, probes: [numbers], points: 1}
  - {name: descend, title: Descent, kind: values, function: descend, probes: [start], points: 1}
steps:
  slopes:
    m: len(X)
    out: X @ w
    error: out - y
    dw: X.T @ error / m
    db: error.sum() / m
  layers:
    Z1: x + b1
    Z2: 2 * Z1 + b2
  descend: mistakes.descend
bugs:
  - {name: wrong-delta, function: slopes, instead: {dw: X.T @ out / m}}
  - {name: bias-forgotten, function: layers, each: {k: [1, 2]}, instead: {b<k>: 0 * b<k>}}
  - {name: preactivation-handed-on, function: layers, each: {k: [2]}, instead: {Z<k>: Z<k-1> + b<k>}}
  - {name: batch-size-as-divisor, function: slopes, instead: {m: 1 / c}, unknown: c, only_if: 1.5 < 1 / c <= 1024}
  - {name: steps-uphill, function: descend, options: {direction: 1}}
  - {name: chain-cut, function: slopes, mutation: mistakes.cut}
  - {name: derivative-at-output, function: slopes, mutation: mistakes.squared}
  - {name: averaged-twice, function: slopes, detector: factor, parameters: {factor: 1 / len(X)}}
  - name: our-own
    function: layers
    instead: {Z1: x * b1}
    texts: {title: It multiplies, kind: A product stands for a sum., reason: A bias is added.}
"""
REFERENCE = """\
import numpy as np


def slopes(X, y, w):
    error = X @ w - y
    return X @ w, X.T @ error / len(X), error.sum() / len(X)


def layers(x, b1, b2):
    return x + b1, 2 * (x + b1) + b2


def descend(w, rate):
    return w - rate * 2 * w
"""
MISTAKES = """\
import numpy as np


def descend(w, rate, direction=-1):
    return w + direction * rate * 2 * w


def cut(X, y, out):
    return out, X.T @ np.ones(len(X)) / len(X), len(X) / len(X)


def squared(X, y, db):
    return {"db": db ** 2}
"""
TASK = {"reference.py": REFERENCE, "mistakes.py": MISTAKES, "solution.py": REFERENCE, "task.md": "Write them."}


@pytest.fixture
def own(tmp_path):
    """Return the folder of the assignment; ``replacements`` are old and new strings of its file in turn."""

    def build(*replacements, **files):
        text = ASSIGNMENT
        for old, new in zip(replacements[::2], replacements[1::2], strict=True):
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "own").mkdir(exist_ok=True)
        for name, content in {**TASK, "assignment.yaml": text, **files}.items():
            (tmp_path / "own" / name).write_text(content)
        return tmp_path / "own"

    return build


PRODUCT = ("return x + b1, 2 * (x + b1)", "return x * b1, 2 * (x * b1)")
DECLARED = {
    "instead": ("slopes", "wrong-delta", "dw", "X.T @ error", "X.T @ (X @ w)"),
    "each, one of them": ("layers", "bias-forgotten", "Z2", "(x + b1) + b2", "(x + b1)"),
    "each, all of them": ("layers", "bias-forgotten", "Z1", "x + b1, 2 * (x + b1) + b2", "x, 2 * x"),
    "each, with the number before": ("layers", "preactivation-handed-on", "Z2", "2 * (x + b1)", "(x + b1)"),
    "an unknown": ("slopes", "batch-size-as-divisor", "dw", "/ len(X)", "/ 64"),
    "options": ("descend", "steps-uphill", "lower", "w - rate", "w + rate"),
    "all results from Python": (
        "slopes",
        "chain-cut",
        "dw",
        "X.T @ error / len(X), error.sum() / len(X)",
        "X.T @ np.ones(len(X)) / len(X), 1.0",
    ),
    "some results from Python": ("slopes", "derivative-at-output", "db", "error.sum() / len(X)", "(error.mean()) ** 2"),
    "a factor": ("slopes", "averaged-twice", "out", "return X @ w", "return X @ w / len(X)"),
    "texts of its own": ("layers", "our-own", "Z1", *PRODUCT),
}


@pytest.mark.parametrize("way", DECLARED)
def test_each_way_of_declaring_a_bug_leads_to_its_name(own, graded, way):
    own()
    check, bug, where, old, new = DECLARED[way]
    assert old in REFERENCE
    result = ending(graded(ASSIGNMENT, REFERENCE.replace(old, new)).model_dump(by_alias=True), check)
    assert result["diagnosis"] is not None, result["message"]
    assert (result["diagnosis"]["bug"], result["diagnosis"]["where"]) == (bug, where)
    assert {"also", "or"}.isdisjoint(result["diagnosis"])


def test_number_outside_its_condition_has_another_name(own, graded):
    own()
    result = ending(graded(ASSIGNMENT, REFERENCE.replace("/ len(X)", "/ 6000")).model_dump(), "slopes")
    assert result["status"] != "passed"
    assert result["diagnosis"]["bug"] == "wrong-divisor"


def test_texts_of_the_assignment_are_reported(own, graded):
    own()
    result = ending(graded(ASSIGNMENT, REFERENCE.replace(*PRODUCT)).model_dump(), "layers")
    assert result["diagnosis"]["title"] == "It multiplies"
    assert result["hint"].endswith("A product stands for a sum.")


@pytest.mark.parametrize(("level", "message"), [(1, (False, False)), (2, (True, False)), (3, (True, True))])
def test_assignment_sets_the_level_of_hints(own, graded, level, message):
    own()
    text = ASSIGNMENT.replace("title: Two", f"hints: {level}\ntitle: Two")
    hint = ending(graded(text, REFERENCE.replace(*PRODUCT)).model_dump(), "layers")["hint"]
    assert ("A product stands for a sum." in hint, "A bias is added." in hint) == message


FIRST = "- {name: wrong-delta, function: slopes, instead: {dw: X.T @ out / m}}"
WRONG = [
    ("name: wrong-delta, function: slopes", "name: wrong-delta, function: slope", "'slope' is not a known function"),
    ("instead: {dw: X.T @ out / m}", "instead: {dv: X}", "'dv' is not a known step or input of slopes"),
    ("instead: {dw: X.T @ out / m}", "instead: {dw: X.T @ oops}", "'oops' is not a known step or input of slopes"),
    ("instead: {dw: X.T @ out / m}", "instead: {dw: X.T @}", "'X.T @' is not a Python expression"),
    (
        ", instead: {dw: X.T @ out / m}",
        "",
        "'wrong-delta' needs exactly one of replace, options, mutation and detector",
    ),
    ("instead: {dw: X.T @ out / m}", "instead: {dw: X}, detector: factor", "'wrong-delta' needs exactly one of"),
    (
        "instead: {dw: X.T @ out / m}",
        "mutation: mistakes.cut, each: {k: [1]}",
        "for_each and unknown are only allowed together with replace",
    ),
    (
        "instead: {dw: X.T @ out / m}",
        "detector: factor, unknown: c",
        "for_each and unknown are only allowed together with replace",
    ),
    (
        "instead: {dw: X.T @ out / m}",
        "options: {direction: 1}",
        "options are only for steps that are a Python function",
    ),
    ("instead: {dw: X.T @ out / m}", "detector: factors", "detector is 'factors'; allowed are 'factor'"),
    ("instead: {dw: X.T @ out / m}", "mutation: cut", "mutation is 'cut'"),
    ("instead: {dw: X.T @ out / m}", "insted: {dw: X}", "insted is not a known key"),
    ("name: wrong-delta", "name: Wrong delta", "write it in lower case with hyphens"),
    ("{dw: X.T @ out / m}}", "{dw: X}, texts: {title: T, reason: R.}}", "kind is missing; add it."),
    ("{dw: X.T @ out / m}}", "{dw: X}, texts: {title: '', kind: K., reason: R.}}", "title is ''"),
    ("{dw: X.T @ out / m}}", "{dw: c * X}, unknown: c, only_if: 1 <}", "'1 <' is not a Python expression"),
]
WRONG += [
    pytest.param("{dw: X.T @ out / m}", "{dw: X}, each: {k: [1], j: [2]}", "each"),
    pytest.param("{dw: X.T @ out / m}", "{dw: X}, each: {k: []}", "each"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG)
def test_wrong_declaration_is_a_sentence_with_file_and_line(own, old, new, message):
    folder = own(FIRST, FIRST.replace(old, new))
    line = 1 + ASSIGNMENT.splitlines().index(f"  {FIRST}")
    with pytest.raises(UsageError, match=re.escape(f"assignment.yaml:{line}: ")) as raised:
        load(str(folder))
    assert message in str(raised.value)
    assert "unpack" not in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("  slopes:\n    m:", "  slope:\n    m:", "steps:", "'slope' is not a known function"),
        ("    out: X @ w\n", "    out: X @\n", "    out: X @", "'X @' is not a Python expression"),
        (
            "    error: out - y\n",
            "    error: out - yy\n",
            "    error: out - yy",
            "'yy' is not a known step or input of slopes; allowed are m, out, error",
        ),
        ("title: Two", "hints: 4\ntitle: Two", "hints: 4", "hints is 4; allowed are 1, 2 or 3"),
    ],
)
def test_wrong_steps_and_hints_are_a_sentence_with_file_and_line(own, old, new, line, message):
    folder = own(old, new)
    number = 1 + next(k for k, text in enumerate(ASSIGNMENT.replace(old, new).splitlines()) if text == line)
    with pytest.raises(UsageError) as raised:
        load(str(folder))
    assert f"assignment.yaml:{number}: " in str(raised.value)
    assert message in str(raised.value)


def failing(folder):
    return [line.sentence for line in validate(load(str(folder))) if not line.holds]


def test_correct_declarations_have_no_problem(own):
    wrong = REFERENCE.replace("X.T @ error", "X.T @ (X @ w)")
    folder = own(
        "\nprobes:",
        "\nknown_wrong: [{file: wrong.py, fails: slopes, bug: wrong-delta}]\nprobes:",
        **{"wrong.py": wrong},
    )
    assert failing(folder) == []


UNPROVED = {
    "steps of another value": ("dw: X.T @ error / m", "dw: X.T @ error", "The steps of slopes return a different dw"),
    "steps of another shape": (
        "db: error.sum() / m",
        "db: error / m",
        "The steps of slopes return db with the shape (7,)",
    ),
    "steps that stop": ("error: out - y", "error: out - X @ X", "The steps of slopes cannot be computed"),
    "steps that are not there": ("mistakes.descend", "mistakes.ascend", "names mistakes.ascend, which does not exist"),
    "a bug that changes nothing": (
        "{dw: X.T @ out / m}",
        "{dw: X.T @ error / m}",
        "The bug wrong-delta of slopes changes no result ({'dw': 'X.T @ error / m'}); add a probe on which it does, or remove the bug.",
    ),
    "a bug that cannot be computed": (
        "{dw: X.T @ out / m}",
        "{dw: X @ X}",
        "The bug wrong-delta of slopes cannot be computed (",
    ),
    "an option without effect": (
        "{direction: 1}",
        "{direction: -1}",
        "The bug steps-uphill of descend changes no result",
    ),
    "a mutation that is not there": ("mistakes.cut", "mistakes.cat", "names mistakes.cat, which does not exist"),
    "a bug without texts": (
        "name: wrong-delta",
        "name: nobody-knows-me",
        "The bug 'nobody-knows-me' is not in the catalogue",
    ),
    "a function that no check asks": (
        "  - {name: descend, title: Descent, kind: values, function: descend, probes: [start], points: 1}\n",
        "",
        "No check calls descend on a probe",
    ),
    "a factor of an input that is not there": ("{factor: 1 / len(X)}", "{factor: 1 / len(Q)}", "averaged-twice"),
}


@pytest.mark.parametrize("what", UNPROVED)
def test_wrong_declaration_is_a_problem(own, what):
    old, new, message = UNPROVED[what]
    sentences = failing(own(old, new))
    assert any(message in sentence for sentence in sentences), sentences


@pytest.mark.parametrize(
    ("replaced", "bug", "found"),
    [
        (("X.T @ error", "X.T @ (X @ w)"), "chain-cut", "wrong-delta"),
        (("X.T @ error", "X.T @ np.cos(error)"), "chain-cut", "no bug"),
    ],
)
def test_known_wrong_solution_without_its_bug_name_is_a_problem(own, grader_here, replaced, bug, found):
    known_wrong = f"\nknown_wrong: [{{file: wrong.py, fails: slopes, bug: {bug}}}]\nprobes:"
    folder = own("\nprobes:", known_wrong, **{"wrong.py": REFERENCE.replace(*replaced)})
    message = f"it should name the bug {bug}, but names {found}"
    assert [message in sentence for sentence in failing(folder)] == [True]
    process = grader_here("validate", folder)
    assert process.returncode == 2
    assert message in process.stdout
