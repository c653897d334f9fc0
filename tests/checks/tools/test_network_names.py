"""Names of mistakes in network classes: from answers, with and without a convention, and from equal weights."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment.sequences import MadeCall, MadeObject, ObjectSequence
from grader.checks.tools import network_mistakes, network_names
from grader.diagnosis.samples import Sample
from tests.conftest import bundled
from tests.student.in_process import context

RANDOM = np.random.default_rng(1)
NETWORK = {
    "dimensions": np.array([3, 4, 5]),
    "hidden_name": "sigmoid",
    "output_name": "softmax",
    "cost_name": "CostCrossEntropy",
    "X": RANDOM.normal(size=(7, 3)),
    "t": np.eye(5)[RANDOM.integers(5, size=7)],
    "parameters": RANDOM.normal(size=41),
    "eta": 0.1,
}


@pytest.fixture(scope="module")
def ffnn():
    return context("ffnn", (bundled("ffnn").folder / "solution.py").read_text())


def mutants(ffnn, function, *names):
    """Return the first mutant of each name that is declared with one option only."""
    declared = ffnn.mutations.of(function)
    return [next(one for one in declared if one.bug.name == name and len(one.bug.options) == 1) for name in names]


def samples(ffnn, function, *names):
    """Return the answer of a network with all these mistakes and conventions."""
    mutations = ffnn.mutations
    answered = mutations.results(function, mutants(ffnn, function, *names), NETWORK)
    return [Sample("a case", NETWORK, mutations.results(function, [], NETWORK), answered)]


@pytest.mark.parametrize(
    ("function", "names", "named"),
    [
        ("network_training", ["softmax-delta-summed", "steps-uphill"], "steps-uphill"),
        ("network_training", ["softmax-delta-summed"], None),
        ("network_output", ["one-hot-prediction", "comparison-inverted"], "comparison-inverted"),
    ],
)
def test_a_mistake_is_named_together_with_a_convention(ffnn, function, names, named):
    findings = network_mistakes.with_convention(ffnn.mutations, function, samples(ffnn, function, *names))
    assert (findings and findings.bugs[0].bug) == named


def test_numbers_that_no_declared_mistake_gives_have_no_name(ffnn):
    (sample,) = samples(ffnn, "network_training", "softmax-delta-summed", "steps-uphill")
    other = Sample("a case", sample.inputs, sample.right, {"parameters": sample.right["parameters"] + 1})
    assert network_mistakes.with_convention(ffnn.mutations, "network_training", [other]) is None


def test_classes_are_named_by_declared_mistakes_only(ffnn):
    (sample,) = samples(ffnn, "network_output", "wrong-axis")
    findings = network_names.of_answers(ffnn, "network_output", [sample])
    assert findings.bugs[0].bug == "wrong-axis"
    other = Sample("a case", sample.inputs, sample.right, {"y": (sample.right["y"] + 1) % 5})
    assert network_names.of_answers(ffnn, "network_output", [other]) is None


def of_calls(*calls, seeds=("seed", "seed")):
    objects = {
        name: MadeObject(name, "Net", {"seed": seed}) for name, seed in zip(("one", "other"), seeds, strict=True)
    }
    return ObjectSequence("f", objects, [MadeCall(on, method, {}, {}) for on, method in calls])


FIT = [("one", "fit"), ("other", "fit")]


@pytest.mark.parametrize(
    ("sequence", "begin_alike", "is_trained", "named"),
    [
        (of_calls(*FIT, seeds=("seed", "other_seed")), True, True, ("argument-ignored", "seed")),
        (of_calls(*FIT, seeds=("seed", "other_seed")), False, True, None),
        (of_calls(*FIT, ("other", "reset")), True, True, ("state-not-reset", "Net.reset")),
        (of_calls(*FIT, ("other", "reset")), True, False, None),
        (of_calls(*FIT, ("other", "reset"), ("other", "fit")), True, True, None),
    ],
)
def test_equal_weights_are_named_if_only_one_thing_differs(sequence, begin_alike, is_trained, named):
    findings = network_names.of_same_weights(sequence, "one", "other", begin_alike, is_trained)
    assert (findings and (findings.bugs[0].bug, findings.bugs[0].where)) == named
