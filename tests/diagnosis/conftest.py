"""Examples for diagnoses: a toy exercise with its answers as samples, and bundled solutions with a replaced line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from grader.assignment import Assignment
from grader.assignment.spec import AssignmentSpec
from grader.diagnosis.samples import Sample
from grader.expected.mutations import Mutations
from tests.conftest import ROOT, ending

TOY = """
name: toy
version: "1"
title: A linear unit with a square cost
reference: reference.py
functions:
  slopes: {signature: "(X, y, W)", returns: [out, dW, db]}
probes:
  points: {inputs: {X: [[1.0]], y: [[1.0]], W: [[1.0]]}}
checks:
  - {name: slopes, title: Slopes, kind: values, function: slopes, probes: [points], points: 1}
"""
STEPS = """
steps:
  slopes:
    m: len(X)
    out: X @ W
    error: out - y
    dW: X.T @ error / m
    db: error.sum(axis=0) / m
"""
SHAPES = ((7, 4, 3), (5, 2, 6))  # points, inputs, outputs of each case: all lengths differ


@pytest.fixture
def toy():
    """Return content and mutations of the toy exercise with some bugs, each an entry of ``bugs`` in YAML."""

    def build(*bugs, steps=True, conventions=None):
        data = yaml.safe_load(TOY + (STEPS if steps else ""))
        data["functions"]["slopes"]["conventions"] = conventions or {}
        data["bugs"] = [{"function": "slopes", **yaml.safe_load(bug)} for bug in bugs]
        content = AssignmentSpec.model_validate(data)
        return content, Mutations(Assignment(Path("toy"), content))

    return build


def right(X, y, W, m=None):
    """Return the correct results of the toy exercise; ``m`` replaces the number of points."""
    error = X @ W - y
    m = m or len(X)
    return {"out": X @ W, "dW": X.T @ error / m, "db": error.sum(axis=0) / m}


def samples(answer, shapes=SHAPES, history=None):
    """Return a sample for each of the shapes; ``answer`` gets the inputs X, y and W and returns {result: array}."""
    random = np.random.default_rng(5)
    cases = []
    for n, d, k in shapes:
        inputs = {"X": random.normal(size=(n, d)), "y": random.normal(size=(n, k)), "W": random.normal(size=(d, k))}
        expected = right(**inputs)
        answers = {name: np.asarray(value) for name, value in answer(**inputs).items()}
        cases.append(Sample(f"{n} points", inputs, expected, answers, history))
    return cases


MNIST, SWAP, NEURON, GRAY = "numpy-mnist", "relu-swap", "single-neuron", "cifar-grayscale"
SOLUTIONS = {name: (ROOT / "assignments" / name / "solution.py").read_text() for name in (MNIST, SWAP, NEURON, GRAY)}
SOLUTIONS[MNIST] = SOLUTIONS[MNIST].split("\n\n\ndef challenge_train")[0]
# Only the function, since a submission without Keras loads at once.
SOLUTIONS[GRAY] = (
    "import numpy as np\n\n\ndef to_grayscale" + SOLUTIONS[GRAY].split("def to_grayscale")[1].split("\n\n")[0]
)


def changed(exercise, *replacements):
    """Return the solution; ``replacements`` are old and new strings in turn."""
    source = SOLUTIONS[exercise]
    for old, new in zip(replacements[::2], replacements[1::2], strict=True):
        assert old in source, f"{old} is not in the solution of {exercise}"
        source = source.replace(old, new)
    return source


@pytest.fixture
def diagnosed(graded):
    """Grade the solution of an exercise with replacements and return the result of one check."""

    def run(exercise, check, *replacements, before=()):
        report = graded(exercise, changed(exercise, *replacements), [*before, check])
        return ending(report.model_dump(by_alias=True), check)

    return run
