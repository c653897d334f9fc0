"""Mutants of a sequence change the formulas of its classes in every call."""

from __future__ import annotations

import pytest

from grader.assignment.classes import ClassSpec, MethodSpec
from grader.assignment.sequences import sequence_of
from grader.expected import of_classes

pytestmark = pytest.mark.quick

CLASSES = {
    "Mean": ClassSpec(
        signature="(rho, eta)",
        methods={"add": MethodSpec(signature="(g)", returns=["change"])},
        steps={
            "start": {"mean": "0"},
            "add": {"mean": "rho * mean + (1 - rho) * g ** 2", "change": "eta * g / np.sqrt(mean)"},
        },
    )
}
SEQUENCE = sequence_of("two calls", CLASSES, {"": ("Mean", {})}, [["add", {"g": "g1"}], ["add", {"g": "g2"}]])


@pytest.fixture(scope="module")
def mutants():
    return [
        (mutant.bug.name, {name: formula.text for name, formula in mutant.steps.items()})
        for mutant in of_classes.of_sequence(SEQUENCE, CLASSES, frozenset())
    ]


@pytest.mark.parametrize(
    ("bug", "steps"),
    [
        ("root-missing", {"change1": "eta * g1 / mean1", "change2": "eta * g2 / mean2"}),
        (
            "argument-ignored",
            {
                "mean1": "0.9 * mean_start + (1 - 0.9) * g1 ** 2",
                "mean2": "0.9 * mean1 + (1 - 0.9) * g2 ** 2",
            },
        ),
        ("steps-exchanged", {"change1": "eta * g1 / np.sqrt(mean_start)", "change2": "eta * g2 / np.sqrt(mean1)"}),
        ("another-quantity-kept", {"mean2": "rho * g1 + (1 - rho) * g2 ** 2"}),
        ("another-quantity-kept", {"mean2": "rho * change1 + (1 - rho) * g2 ** 2"}),
    ],
)
def test_change_is_written_out_for_each_call(mutants, bug, steps):
    assert (bug, steps) in mutants


def test_class_without_formulas_has_no_mutants():
    classes = {"Mean": CLASSES["Mean"].model_copy(update={"steps": {}})}
    assert of_classes.of_sequence(SEQUENCE, classes, frozenset()) == []


def test_argument_with_the_name_of_the_unknown_is_no_unknown():
    classes = {
        "Sum": ClassSpec(
            methods={"add": MethodSpec(signature="(number)", returns=["total"])},
            steps={"start": {"total": "0"}, "add": {"total": "total + number"}},
        )
    }
    sequence = sequence_of("sum", classes, {"": ("Sum", {})}, [["add", {"number": "n1"}]])
    mutants = of_classes.of_sequence(sequence, classes, frozenset())
    assert {mutant.bug.unknown for mutant in mutants} == {None}
    assert "sign-flipped" in {mutant.bug.name for mutant in mutants}
