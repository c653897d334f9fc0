"""Changes of a method that gets an array: what enters its formulas, what it keeps, and how its rate changes."""

from __future__ import annotations

import pytest

from grader.expected import of_classes
from tests.expected.test_of_classes import CLASSES, SEQUENCE

pytestmark = pytest.mark.quick


@pytest.fixture(scope="module")
def mutants():
    return [
        (mutant.bug.name, mutant.steps["mean2" if "mean2" in mutant.steps else "change2"].text)
        for mutant in of_classes.of_sequence(SEQUENCE, CLASSES, frozenset())
    ]


@pytest.mark.parametrize(
    ("bug", "text"),
    [
        ("another-quantity", "eta * mean2 / np.sqrt(mean2)"),
        ("another-quantity", "rho * mean1 + eta * g2 ** 2"),
        ("power-too-high", "eta * g2 ** 2 / np.sqrt(mean2)"),
        ("collapsed-axis", "rho * mean1 + (1 - rho) * np.mean(g2 ** 2)"),
        ("collapsed-axis", "rho * mean1 + (1 - rho) * np.sum(g2 ** 2, axis=1, keepdims=True)"),
        ("reduced-too-early", "rho * mean1 + (1 - rho) * g2"),
        ("collapsed-axis", "rho * mean1 + (1 - rho) * np.linalg.norm(g2)"),
        ("power-too-high", "rho * mean1 + (1 - rho) * np.abs(g2) ** 3"),
        ("root-too-many", "eta * np.sqrt(g2) / np.sqrt(mean2)"),
        ("running-maximum", "eta * g2 / np.sqrt(np.maximum(mean_largest1, mean2))"),
        ("running-maximum", "np.maximum(rho * mean1, (1 - rho) * g2 ** 2)"),
        ("another-quantity-kept", "rho * mean_term1 + (1 - rho) * g2 ** 2"),
        ("learning-rate-changes", "eta_now1 * g2 / np.sqrt(mean2)"),
        ("learning-rate-changes", "eta / np.sqrt(eta_calls1) * g2 / np.sqrt(mean2)"),
    ],
)
def test_change_is_written_out_for_each_call(mutants, bug, text):
    assert (bug, text) in mutants
