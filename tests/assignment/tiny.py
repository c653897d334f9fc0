"""A small assignment for tests of the file format."""

from __future__ import annotations

from grader import assignment

GOOD = """\
name: tiny
version: "1"
title: A tiny assignment
reference: single_neuron
functions:
  sigmoid: {signature: (z), returns: [a]}
probes:
  some: {inputs: {z: {draw: normal, shape: [3]}}}
checks:
  - name: sigmoid
    title: the logistic function
    kind: values
    function: sigmoid
    probes: [some]
    points: 10
"""


def load(folder, text):
    (folder / "assignment.yaml").write_text(text)
    return assignment.load(str(folder))
