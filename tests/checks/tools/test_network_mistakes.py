"""Declared mistakes of a network class count once, in all of its functions."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from grader.assignment.base import Tolerance
from grader.checks.tools import network_mistakes
from grader.checks.tools.networks import Judge
from grader.diagnosis.log import AnsweredCase, DiagnosisLog
from grader.diagnosis.samples import Sample
from grader.expected.mutations import Mutations
from grader.expected.probes import Case
from tests.conftest import ROOT, bundled
from tests.exercises.conftest import module

program = module(ROOT / "reference" / "bugs" / "ffnn.py")
OUTPUT, TRAINING = "network_output", "network_training"
SIZES = (3, 4, 2)
NET = {"dimensions": np.array(SIZES), "hidden_name": "tanh", "output_name": "sigmoid", "cost_name": "CostOLS"}


def inputs():
    random = np.random.default_rng(5)
    count = sum((before + 1) * after for before, after in itertools.pairwise(SIZES))
    arrays = {"X": random.normal(size=(7, 3)), "parameters": random.normal(size=count)}
    return {**NET, **arrays, "t": random.normal(size=(7, 2)), "eta": 0.1}


def outputs(**mistakes):
    values = {name: value for name, value in inputs().items() if name not in ("t", "eta")}
    return Case("outputs", values), values, {"y": program.predict(**values, **mistakes)}


def step(**mistakes):
    return Case("step", inputs()), inputs(), {"parameters": program.train(**inputs(), **mistakes)}


def of_submission(wrong_outputs=None, wrong_step=None):
    """Return the context of a submission whose earlier checks failed with these answers, and its judge."""
    context = SimpleNamespace(mutations=Mutations(bundled("ffnn")), log=DiagnosisLog(), content=bundled("ffnn").content)
    for function, answered in ((OUTPUT, wrong_outputs), (TRAINING, wrong_step)):
        if answered is not None:
            context.log.answers[function] = [AnsweredCase(answered[0], {}, answered[2])]
    return context, Judge(context, SimpleNamespace(objects={"net": SimpleNamespace(class_name="FFNN")}))


def follows(answered, **earlier):
    context, judge = of_submission(**earlier)
    return network_mistakes.follows(judge, context, TRAINING, [answered], Tolerance())


FORWARD = [
    {"bias_input": 0.0},
    {"output_always": "identity"},
    {"hidden_always": "identity"},
    {"hidden_everywhere": True},
    {"hidden_everywhere": True, "own_slopes": True},
]


@pytest.mark.parametrize("mistake", FORWARD)
def test_a_step_with_the_gradient_of_a_wrong_forward_pass_follows_from_its_outputs(mistake):
    seen = {name: value for name, value in mistake.items() if name != "own_slopes"}
    assert follows(step(**mistake), wrong_outputs=outputs(**seen))
    assert not follows(step(**mistake), wrong_outputs=outputs(bias_input=-1.0))
    assert not follows(step(**mistake))


def test_a_mistake_follows_together_with_a_convention():
    earlier = outputs(output_always="identity", bias_input=0.01)
    assert follows(
        step(output_always="identity", bias_input=0.01, updated_weights=True, softmax_by="sum"), wrong_outputs=earlier
    )


def test_a_second_mistake_does_not_follow_until_a_check_has_found_it():
    earlier = outputs(bias_input=0.0)
    both = step(bias_input=0.0, averaged=False)
    assert not follows(both, wrong_outputs=earlier)
    assert follows(both, wrong_outputs=earlier, wrong_step=both)
    assert not follows(step(averaged=False), wrong_step=both, wrong_outputs=earlier)


def test_a_second_mistake_is_named_next_to_one_that_was_carried():
    context, judge = of_submission(wrong_outputs=outputs(bias_input=0.0))
    carried = network_mistakes.carried(judge, context, TRAINING, Tolerance())
    _case, values, answers = step(bias_input=0.0, fixed="biases")
    sample = Sample("step", values, {"parameters": program.train(**inputs())}, answers)
    named = network_mistakes.with_convention(context.mutations, TRAINING, [sample], carried)
    assert [bug.bug for bug in named.bugs] == ["parameter-never-updated"]
    assert network_mistakes.with_convention(context.mutations, TRAINING, [sample]) is None
