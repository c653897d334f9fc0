"""All names in the declarations of an assignment must exist."""

from __future__ import annotations

import pytest

from grader.support.errors import UsageError
from tests.assignment.tiny import load

pytestmark = pytest.mark.quick


NET = """\
name: net
version: "1"
title: A net
reference: numpy_mnist
functions:
  init_NN_parameters: {signature: (), returns: [w1], shapes: {w1: [3, 2]}}
  one_hot: {signature: (labels), returns: [Y]}
  forward: {signature: "(X, w1)", returns: [Z], may_omit: [X]}
  back: {signature: "(X, Y, Z)", returns: [dW], instead: {Y: labels}, handed_over: {Z: forward}}
  step: {signature: "(w1, dW)", returns: [w1]}
layouts: {shown_by: init_NN_parameters, tried_on: forward, transposed: {rows: [X, w1]}}
probes:
  some: {instead: other, inputs: {X: [[1.0]], labels: [1], w1: [[1.0]]}}
  other: {inputs: {X: [[1.0]], labels: [1], w1: [[1.0]]}}
checks:
  - {name: start, title: t, kind: initialisation, function: init_NN_parameters, spread: [w1], points: 1}
  - {name: chain, title: t, kind: chain, functions: [forward, back, step], steps: 2, given: [one_hot], probes: [some], points: 1}
"""


def test_network_is_a_valid_assignment(tmp_path):
    content = load(tmp_path, NET).content
    assert content.functions["back"].alternatives == {"Y": "labels"}
    assert content.probes["some"].fallback == "other"


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (
            "instead: other",
            "instead: none",
            13,
            "'none' is not a known probe without its own 'fallback'; allowed are other.",
        ),
        ("may_omit: [X]", "may_omit: [Q]", 8, "'Q' is not a known argument; allowed are X, w1."),
        ("instead: {Y: labels}", "instead: {Q: labels}", 9, "'Q' is not a known argument; allowed are X, Y, Z."),
        ("instead: {Y: labels}", "instead: {Y: Q}", 9, "'Q' is not a known input"),
        ("shapes: {w1", "shapes: {w2", 6, "'w2' is not a known result; allowed are w1."),
        ("tried_on: forward", "tried_on: fwd", 11, "'fwd' is not a known function"),
        ("rows: [X, w1]", "rows: [X, w9]", 11, "'w9' is not a known name"),
        ("spread: [w1]", "spread: [w2]", 16, "'w2' is not a known result with a shape; allowed are w1."),
        ("[forward, back, step]", "[forward, back, stop]", 17, "'stop' is not a known function"),
        ("[forward, back, step]", "[back, forward, step]", 17, "the probe 'some' has no Z, which back needs; add it."),
        ("given: [one_hot], ", "", 17, "the probe 'some' has no Y, which back needs; add it."),
        ("steps: 2", "steps: 0", 17, "should be greater than or equal to 1"),
        (
            "  other: {inputs: {X: [[1.0]], ",
            "  other: {inputs: {",
            17,
            "the probe 'other' has no X, which forward needs",
        ),
    ],
)
def test_mistake_in_declarations_is_one_sentence_with_file_and_line(tmp_path, old, new, line, message):
    assert old in NET
    with pytest.raises(UsageError) as caught:
        load(tmp_path, NET.replace(old, new))
    assert str(caught.value).startswith(f"{tmp_path / 'assignment.yaml'}:{line}: "), caught.value
    assert message in str(caught.value)
