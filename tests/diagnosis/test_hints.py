"""A hint matches its message: hints about a formula are only given if finite numbers are wrong."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from grader.checks import source

RIGHT = "    return X.T @ delta, np.sum(delta)\n"
CHAIN_RULE = "Write down the chain rule"
NOT_FINITE = "NaN comes from 0/0"

# (last line of gradients(), part of the message, part of the hint or "" for no hint)
ANSWERS = {
    "nothing": ("return None", "`gradients` returned None; expected 2 values", ""),
    "a body of pass": ("pass", "`gradients` returned None; expected 2 values", ""),
    "one array": ("return X.T @ delta", "returned an array of shape (3,); expected 2 values", ""),
    "one in a tuple": ("return (X.T @ delta,)", "returned 1 value; expected 2 values", ""),
    "three": ("return X.T @ delta, np.sum(delta), 0.0", "returned 3 values; expected 2 values", ""),
    "a number": ("return 3.0", "returned a single number (float); expected 2 values", ""),
    "a text": ("return 'dw'", "returned a str; expected 2 values", ""),
    "a dict": ("return {'a': 1}", "returned a dict with the keys a; expected dw, db", ""),
    "a generator": ("return (x for x in (X.T @ delta, np.sum(delta)))", "returned a generator", ""),
    "a function": ("return lambda: delta", "returned a function", ""),
    "None first": ("return None, np.sum(delta)", "dw is None, expected an array of shape (3,). Right: db.", ""),
    "a text first": ("return 'dw', np.sum(delta)", "dw is a str, expected an array of shape (3,).", ""),
    "a short list": ("return [1.0, 2.0], np.sum(delta)", "dw has the shape (2,), expected an array of shape (3,).", ""),
    "an empty list": ("return [], np.sum(delta)", "dw has the shape (0,), expected an array of shape (3,).", ""),
    "complex numbers": ("return X.T @ delta + 0j, np.sum(delta)", "dw contains complex numbers", ""),
    "an exception": ("raise ValueError('later')", "stopped at line 22 with ValueError: later", ""),
    "NaN": ("return X.T @ delta * np.nan, np.sum(delta)", "dw is NaN in 3 of 3 entries", NOT_FINITE),
    "infinity": ("return X.T @ delta + np.inf, np.sum(delta)", "dw is infinite in 3 of 3 entries", NOT_FINITE),
    "other numbers": ("return np.sin(40 * X.T @ delta), np.sum(delta)", "dw is wrong in 3 of 3 entries", CHAIN_RULE),
    "a list of others": (
        "return np.sin(40 * X.T @ delta).tolist(), np.sum(delta)",
        "Lists of numbers instead of arrays (dw): accepted.",
        CHAIN_RULE,
    ),
}


@pytest.mark.parametrize(("line", "message", "hint"), ANSWERS.values(), ids=ANSWERS)
def test_hint_about_a_formula_needs_wrong_numbers(graded, solution, line, message, hint):
    assert solution.count(RIGHT) == 1
    report = graded("single-neuron", solution.replace(RIGHT, f"    {line}\n"), only=["gradients"])
    (result,) = report.checks
    assert result.status != "passed"
    assert message in result.message
    assert hint in result.hint if hint else not result.hint, result.hint
    assert (CHAIN_RULE in result.hint) == (hint == CHAIN_RULE)


def test_list_of_another_length_is_not_called_accepted(graded, solution):
    lists = solution.replace(RIGHT, "    return [1.0, 2.0], float(np.sum(delta))\n")
    (result,) = graded("single-neuron", lists, only=["gradients"]).checks
    assert "has the shape (2,)" in result.message
    assert "accepted" not in result.message


def test_zero_gradient_is_not_called_clipped(graded, solution):
    no_slope = solution.replace("(y_hat - y) * y_hat * (1 - y_hat)", "0.0 * y_hat")
    (result,) = graded("single-neuron", no_slope, only=["one-update"]).checks
    assert result.status == "failed"
    assert result.diagnosis is None or result.diagnosis.bug != "gradient-clipped"


def test_function_that_calls_an_unwritten_one_is_not_called_unwritten(graded, solution):
    unwritten = solution.replace(RIGHT, "    raise NotImplementedError\n")
    report = graded("single-neuron", unwritten, only=["gradients", "one-update"])
    gradients, update = (check.message for check in report.checks)
    assert gradients.startswith("`gradients` is not written yet at line 22")
    assert update.startswith("`train` calls a function that is not written yet at line 22")


@pytest.mark.parametrize(("answer", "named"), [("3.0", False), ("True", False), ("np.argmax(A3, axis=0).sum()", True)])
def test_one_number_for_all_cases_is_not_explained_by_a_formula(graded, answer, named):
    """Such a number agrees with any array that repeats it."""
    source = f"import numpy as np\ndef get_predictions(A3):\n    return {answer}\n"
    (result,) = graded("numpy-mnist", source, only=["predictions"]).checks
    assert result.status == "failed"
    assert (result.diagnosis is not None) == named
    assert bool(result.hint) == named


VARIABLES = """
name: waves
version: 1
title: Waves
variables:
  NAMES: {type: texts, equals: [sine, cosine]}
  pictures: {type: array, shape: [null, 2, 3]}
checks:
  - {name: names, title: names, kind: namespace, variables: [NAMES], points: 1, hint: Sine comes first.}
  - name: plot
    title: plot
    kind: figures
    panels:
      - {title: pictures, images: pictures, count: 2, colour_map: gray}
    points: 1
    hint: Draw each picture with imshow().
"""
DRAWN = """
import numpy as np
import matplotlib.pyplot as plt
NAMES = ["sine", "cosine"]
pictures = np.arange(12).reshape(2, 2, 3) / 12
figure, axes = plt.subplots(1, 2)
for ax, picture in zip(axes, np.arange(12).reshape(2, 2, 3) / 12):
    ax.imshow(picture, cmap="gray")
"""


@pytest.mark.parametrize(
    ("old", "new", "check", "hint"),
    [
        ('["sine", "cosine"]', '["cosine", "sine"]', "names", True),
        ('["sine", "cosine"]', "None", "names", False),
        ('["sine", "cosine"]', "[1, 2]", "names", False),
        ("NAMES =", "wanted =", "names", False),
        ("ax.imshow", "axes[0].imshow", "plot", True),
        ("pictures =", "photos =", "plot", False),
        ("pictures = np.arange(12).reshape(2, 2, 3) / 12", "pictures = None", "plot", False),
        ("pictures = np.arange(12).reshape(2, 2, 3) / 12", "pictures = 'two'", "plot", False),
    ],
)
def test_hint_about_a_variable_or_figure_needs_an_existing_one(graded, old, new, check, hint):
    assert old in DRAWN
    (result,) = graded(VARIABLES, DRAWN.replace(old, new), only=[check]).checks
    assert result.status == "failed"
    assert bool(result.hint) == hint


def test_hint_about_training_needs_a_training():
    check = source.SourceCheck(name="v", title="v", kind="source", points=1, rules=["leakage"], hint="Keep some aside.")
    context = SimpleNamespace(student=SimpleNamespace(training=lambda: [], code=[]))
    outcome = check.run(context)
    assert "No model was trained" in outcome.message
    assert not outcome.hint_fits
