"""A small assignment with a weak probe: its matrix is symmetric, so a forgotten transpose changes nothing."""

from __future__ import annotations

from grader.assignment import load

WEAK_PROBE = "X: [[1, 2], [2, 1]], error: [0.5, -1]"
GOOD_PROBE = "X: {random: normal, shape: [3, 2]}, error: {random: normal, shape: [3]}"
ACCEPTED = 'accepted: [{change: {"X.T": "X"}, why: the matrices of this task are symmetric}]\n'
ASSIGNMENT = """\
name: weak
version: "1"
title: One gradient
reference: reference.py
functions:
  gradient: {signature: "(X, error)", returns: [dw]}
probes:
  points: {inputs: {PROBE}}
checks:
  - {name: gradient, title: The gradient, kind: values, function: gradient, probes: [points], points: 10}
"""
SOLUTION = """\
import numpy as np


def gradient(X, error):
    dw = 2 * X.T @ error
    return dw
"""
REFERENCE = """\
import numpy as np


def gradient(X, error):
    return 2 * np.asarray(X).T @ np.asarray(error)
"""


def assignment(folder, probe=WEAK_PROBE, more="", solution=SOLUTION):
    """Write the assignment with this probe into a folder, and return it."""
    (folder / "assignment.yaml").write_text(ASSIGNMENT.replace("PROBE", probe) + more)
    (folder / "solution.py").write_text(solution)
    (folder / "reference.py").write_text(REFERENCE)
    (folder / "task.md").write_text("Compute the gradient.\n")
    return load(str(folder))
