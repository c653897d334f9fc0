"""The mistakes that the outputs of short trainings show."""

from __future__ import annotations

import pytest

from grader.checks.tools import small_behaviour
from tests.changed import changed
from tests.checks.tools.small_trainings import small_network
from tests.conftest import ROOT

SOURCE = (ROOT / "assignments" / "gates" / "solution.py").read_text()
OUTPUT = "return forward(params, X)[-1]"


def found(check, *changes):
    findings = small_behaviour.find(small_network(changed(SOURCE, *changes), check), seed_must_matter=check == "xor")
    return [(bug.bug, bug.where) for bug in findings.bugs] if findings else []


MISTAKES = [
    ("xor", "default_rng(seed)", "default_rng(0)", ("argument-ignored", "seed")),
    ("xor", "default_rng(seed)", "default_rng()", ("not-deterministic", "train_gate")),
    ("xor", "random.normal(size=shape)", "np.zeros(shape)", ("units-start-alike", "train_gate")),
    ("xor", "[X.shape[1], hidden, 1] if hidden else ", "", ("argument-ignored", "hidden")),
    ("and", "range(1, epochs + 1)", "range(1, 2)", ("argument-ignored", "epochs")),
    ("and", "- learning_rate * step", "- 0.001 * step", ("argument-ignored", "learning_rate")),
    ("and", "- learning_rate * step", "- 0 * step", ("parameter-never-updated", "train_gate")),
    ("and", "(activations[-1] - y)", "(activations[-1] - X[:, :1])", ("argument-ignored", "y")),
    ("and", OUTPUT, f"{OUTPUT}.astype(int)", ("one-class-only", "predict")),
    ("xor", "sigmoid(activations[-1] @ W + b)", "activations[-1] @ W + b", ("output-activation-missing", "predict")),
]


@pytest.mark.parametrize(("check", "right", "wrong", "bug"), MISTAKES)
def test_a_mistake_is_named(check, right, wrong, bug):
    assert found(check, (right, wrong)) == [bug]


def test_network_without_bias_is_named_though_its_parameters_cannot_be_read(monkeypatch):
    monkeypatch.setattr("tests.checks.tools.small_trainings.InThisProcess.forms", lambda *_: None)
    network = small_network(changed(SOURCE, ("activations[-1] @ W + b", "activations[-1] @ W")), "and")
    findings = small_behaviour.find(network, seed_must_matter=False)
    assert [bug.bug for bug in (*findings.bugs, *findings.alternatives)] == [
        "bias-forgotten",
        "parameter-never-updated",
    ]


@pytest.mark.parametrize("check", ["and", "xor", "xor-without-hidden-layer"])
@pytest.mark.parametrize("output", [OUTPUT, f"return {OUTPUT.removeprefix('return ')} > 0.5"])
def test_correct_training_gets_no_name(check, output):
    assert found(check, (OUTPUT, output)) == []
    assert small_behaviour.ignored_arguments(small_network(SOURCE, check)) == []
