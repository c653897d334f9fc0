"""``arguments_used``: each changed argument counts on its own."""

from __future__ import annotations

import pytest

from grader.assignment.declarations import Declarations
from grader.checks.arguments_used import ArgumentsUsedCheck
from grader.sandbox.failures import CallError
from grader.support import i18n
from tests.checks.one_check import bugs, changed, outcome_of, solution

NEURON = solution("single-neuron")
UPDATE_OF_BIAS = "        if fit_bias:\n            b = b - learning_rate * db\n"


def used(source, **changes):
    return outcome_of("single-neuron", "hyper-parameters", source, **changes)


def problems(**vary):
    check = ArgumentsUsedCheck(
        kind="arguments_used", name="used", title="t", points=1, function="scaled", probe="numbers", vary=vary
    )
    declarations = {
        "reference": "reference.py",
        "functions": {"scaled": {"signature": "(x, factor=2.0, shift=1.0)", "returns": ["y"]}},
        "probes": {"numbers": {"inputs": {"x": 1.0, "factor": 3.0}}},
    }
    return (problem.sentence for problem in check.problems(Declarations.model_validate(declarations)))


@pytest.mark.quick
@pytest.mark.parametrize(
    ("vary", "sentences"),
    [
        ({"factor": 2.0, "shift": 0.0}, []),
        ({"factor": 3.0}, ["factor=3.0 is also the value in the probe; choose another value."]),
        ({"shift": 1.0}, ["shift=1.0 is also the value in the probe; choose another value."]),  # the default
    ],
)
def test_other_value_must_differ_from_the_one_in_the_probe(vary, sentences):
    assert list(problems(**vary)) == sentences


@pytest.mark.quick
def test_unknown_argument_is_a_problem():
    # The first problem of a check is reported; the others need known names.
    assert next(problems(faktor=2.0)) == "'faktor' is not a known argument; allowed are x, factor, shift."


def test_function_that_uses_its_arguments_gets_full_marks():
    outcome = used(NEURON)
    assert (outcome.share, bugs(outcome)) == (1, [])
    assert outcome.message == "`train` uses learning_rate, epochs, fit_bias."


def test_ignored_argument_costs_its_own_share():
    outcome = used(changed(NEURON, UPDATE_OF_BIAS, "        b = b - learning_rate * db\n"))
    assert outcome.share == pytest.approx(2 / 3)
    assert outcome.message == "`train` ignores fit_bias: fit_bias=False changes nothing."
    assert (bugs(outcome), outcome.bugs.bugs[0].where) == (["argument-ignored"], "fit_bias")
    assert outcome.evidence.content == {"wrong": ["fit_bias"]}


def test_each_ignored_argument_is_named():
    outcome = used(
        changed(NEURON, "        if fit_bias:", "        learning_rate = 1.0\n        if True:").replace(
            "w = w - learning_rate * dw", "w = w - dw"
        )
    )
    assert outcome.share == pytest.approx(1 / 3)
    assert [(bug.bug, bug.where) for bug in outcome.bugs.bugs] == [
        ("argument-ignored", "learning_rate"),
        ("argument-ignored", "fit_bias"),
    ]


def test_missing_parameter_costs_only_its_own_share():
    outcome = used(changed(NEURON, ", fit_bias=True", "").replace("if fit_bias", "if True"))
    assert outcome.share == pytest.approx(2 / 3)
    assert outcome.message.endswith("it has no parameter for fit_bias.")


def test_submission_that_cannot_be_called_with_any_argument_fails():
    with pytest.raises(CallError, match="`train") as error:
        used("def train(X, y):\n    return X\n")
    assert error.value.status == "failed"


def test_wrong_result_is_not_taken_for_an_ignored_argument():
    source = changed(NEURON, "w = w - learning_rate * dw", "w = w - 2 * learning_rate * dw")
    outcome = used(source, vary={"learning_rate": 0.25})
    assert (outcome.share, bugs(outcome)) == (0, ["stray-factor-two"])
    assert outcome.message.startswith("`train`, with learning_rate=0.25: w is wrong in 3 of 3 entries.")


def test_value_of_an_argument_is_code_in_every_language():
    with i18n.use("de"):
        outcome = used(changed(NEURON, "learning_rate * d", "1.0 * d"))
    assert "learning_rate=0.25" in outcome.message
