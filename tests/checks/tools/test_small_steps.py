"""The mistakes that the parameters of a small network show, whatever the optimizer."""

from __future__ import annotations

import pytest

from grader.checks.tools import small_steps
from tests.changed import changed
from tests.checks.tools.small_trainings import small_network
from tests.conftest import ROOT

EXERCISE = ROOT / "assignments" / "gates"
SOURCES = {
    "Adam": (EXERCISE / "solution.py").read_text(),
    "gradient descent": changed(
        (EXERCISE / "solution.py").read_text(),
        ("step = m / (1 - 0.9**epoch) / (np.sqrt(s / (1 - 0.999**epoch)) + 1e-8)", "step = gradients[layer][k]"),
    ),
}
SLOPE = "activations[layer] * (1 - activations[layer])"
MISTAKES = [
    (("params[layer][k] - learning_rate", "params[layer][k] + learning_rate"), "steps-uphill"),
    (("(activations[-1] - y)", "(activations[-1] - (1 - y))"), "classes-exchanged"),
    (("activations = forward(params, X)", "activations = forward(params, X[:1])"), "only-one-sample"),
    ((f" * {SLOPE}", ""), "activation-derivative-missing"),
    ((SLOPE, "(1 - activations[layer] ** 2)"), "derivative-of-another-activation"),
    (("delta @ params[layer][0].T", "(delta if layer else 0)"), "chain-cut"),
    (("for k in (0, 1):", "for k in (0,):"), "parameter-never-updated"),
    (("activations[-1] @ W + b", "activations[-1] @ W"), "bias-forgotten"),
]


@pytest.mark.parametrize("optimizer", SOURCES)
@pytest.mark.parametrize(("change", "bug"), MISTAKES)
def test_a_wrong_step_is_named(optimizer, change, bug):
    changes = [change]
    if bug == "only-one-sample":
        changes.append(("(activations[-1] - y)", "(activations[-1] - y[:1])"))
    findings = small_steps.find(small_network(changed(SOURCES[optimizer], *changes)))
    assert findings is not None and [each.bug for each in findings.bugs] == [bug]


@pytest.mark.parametrize("optimizer", SOURCES)
@pytest.mark.parametrize("cost", ["", " * activations[-1] * (1 - activations[-1])"])
def test_a_right_step_gets_no_name(optimizer, cost):
    source = changed(SOURCES[optimizer], (" / len(X)  # of the cross-entropy with a sigmoid output", cost))
    network = small_network(source)
    assert small_steps.find(network) is None and small_steps.mistake_in_a_step(network) is None


def test_classes_show_an_inverted_comparison_and_another_threshold():
    for comparison, bug in (("< 0.5", "comparison-inverted"), ("> 0.9", "another-threshold")):
        source = changed(
            SOURCES["Adam"], ("return forward(params, X)[-1]", f"return forward(params, X)[-1] {comparison}")
        )
        findings = small_steps.find(small_network(source))
        assert findings is not None and findings.bugs[0].bug == bug
