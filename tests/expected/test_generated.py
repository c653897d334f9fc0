"""Operators turn the steps of a function into mutants: single changes, and the same change in each layer."""

from __future__ import annotations

import pytest

from grader.assignment.formulas import Formula
from grader.expected import generated

pytestmark = pytest.mark.quick

LAYERS = {"Z2": "W2 @ A1 + b2", "A1": "np.tanh(Z1)", "Z1": "W1 @ X + b1"}
INPUTS = dict.fromkeys(["X", "W1", "b1", "W2", "b2"])


def formulas(steps):
    return {name: Formula(text) for name, text in steps.items()}


def mutants(steps, inputs=INPUTS):
    return generated.of_formulas("f", formulas(steps), inputs, frozenset())


def test_quantities_are_ordered_by_what_they_need():
    assert generated.in_order(formulas(LAYERS)) == ["Z1", "A1", "Z2"]


def test_quantity_that_reads_its_own_input_is_ordered_once():
    assert generated.in_order(formulas({"w": "w - dw", "dw": "2 * X"})) == ["dw", "w"]


def test_mutant_has_the_bug_the_quantity_and_the_changed_formula():
    (mutant,) = [one for one in mutants({"out": "X - b1"}) if one.bug.name == "bias-sign"]
    assert mutant.is_generated
    assert (mutant.bug.function, mutant.changes[0].quantity) == ("f", "out")
    assert mutant.steps["out"].text == "X + b1"


def test_same_change_in_each_layer_is_one_mutant():
    together = [one for one in mutants(LAYERS) if len(one.steps) > 1]
    texts = [{name: formula.text for name, formula in one.steps.items()} for one in together]
    assert {"Z1": "W1 @ X - b1", "Z2": "W2 @ A1 - b2"} in texts
    assert len({one.bug.name for one in together}) >= 1


def test_formula_that_is_not_allowed_is_left_out(monkeypatch):
    change, *_others = [one.changes[0] for one in mutants({"out": "X - b1"})]
    forbidden = type(change)(change.bug, change.quantity, change.before, change.after, "X.tofile(1)")
    monkeypatch.setattr(generated, "of_formula", lambda *_: iter([forbidden]))
    assert mutants({"out": "X - b1"}) == []


PROGRAM = """
def train(w, epochs, slope):
    for epoch in range(epochs):
        w = w - 0.5 * slope(w)
    return w
"""


def test_program_has_mutants_that_are_computed_here():
    changed = generated.of_program("train", PROGRAM, "train", {"slope"})
    (climbing,) = [one for one in changed if one.changes[0].after == "w + 0.5 * slope(w)"]
    assert climbing.program(w=1.0, epochs=2, slope=lambda w: 2.0) == 3.0


def test_program_with_other_statements_has_no_mutants():
    assert generated.of_program("train", PROGRAM + "\n\ndef other():\n    import os\n", "train", {"slope"})
    assert generated.of_program("train", PROGRAM.replace("return w", "import os"), "train", {"slope"}) == []


def test_all_sums_along_another_axis_are_one_mutant():
    statistics = {"mean": "np.mean(X, axis=0)", "out": "(X - mean) / np.std(X, axis=0)"}
    together = [one for one in mutants(statistics) if len(one.steps) > 1]
    texts = {(one.bug.name, *(formula.text for formula in one.steps.values())) for one in together}
    assert ("axis-missing", "np.mean(X)", "(X - mean) / np.std(X)") in texts
    rows = ("np.mean(X, axis=1, keepdims=True)", "(X - mean) / np.std(X, axis=1, keepdims=True)")
    assert ("wrong-axis", *rows) in texts


def test_slope_is_written_out_without_its_parentheses():
    steps = {"dZ": "dA * slope", "slope": "A * (1 - A)", "dA": "A - y"}
    texts = {mutant.steps["dZ"].text for mutant in mutants(steps, dict.fromkeys(["A", "y"])) if "dZ" in mutant.steps}
    assert "dA * A * 1 - A" in texts


def test_delta_of_the_last_layer_in_all_layers_is_one_mutant():
    steps = {"dZ3": "A3 - y", "dZ2": "dZ3 @ W3.T", "dZ1": "dZ2 @ W2.T"}
    steps |= {f"dW{layer}": f"A{layer - 1}.T @ dZ{layer}" for layer in (1, 2, 3)}
    inputs = dict.fromkeys(["A0", "A1", "A2", "A3", "W2", "W3", "y"])
    assert {"dW1": "A0.T @ dZ3", "dW2": "A1.T @ dZ3"} in [
        {name: formula.text for name, formula in mutant.steps.items()} for mutant in mutants(steps, inputs)
    ]
