"""Inputs depend only on the seed and are the same everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from grader import assignment
from grader.expected import probes

pytestmark = pytest.mark.quick

CONTENT = assignment.load("single-neuron").content
FROZEN_B = -0.18513437728984822


def test_same_seed_gives_the_same_inputs():
    first, second = (probes.cases(CONTENT, ["random points"], 7) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert all(np.array_equal(one.inputs[key], other.inputs[key]) for key in one.inputs)


def test_other_seeds_and_repetitions_give_other_inputs():
    cases = [*probes.cases(CONTENT, ["random points"], 7), *probes.cases(CONTENT, ["random points"], 8)]
    assert len({case.inputs["X"].tobytes() for case in cases}) == len(cases) == 6


def test_inputs_of_a_probe_do_not_depend_on_other_probes():
    alone = probes.cases(CONTENT, ["random points"], 7)[0]
    beside = probes.cases(CONTENT, ["matrix", "random points"], 7)[2]
    assert np.array_equal(alone.inputs["X"], beside.inputs["X"])


def test_random_stream_is_frozen_for_recorded_answers():
    values = probes.cases(CONTENT, ["random points"], 0)[0].inputs
    assert values["b"] == FROZEN_B
    assert isinstance(values["b"], np.float64)


@pytest.mark.parametrize("count", [3, 10, 13, 25])
def test_labels_contain_the_last_one_and_all_about_equally_often(count):
    content = assignment.load("numpy-mnist").content
    draw = content.probes["labels"].inputs["labels"].model_copy(update={"shape": [count]})
    probe = content.probes["labels"].model_copy(update={"inputs": {"labels": draw}})
    content = content.model_copy(update={"probes": {"labels": probe}})
    for seed in range(5):
        for case in probes.cases(content, ["labels"], seed):
            labels = case.inputs["labels"]
            assert labels.dtype == np.int64
            counts = np.bincount(labels, minlength=10)
            assert 9 in labels
            assert counts.max() - counts.min() <= 1


def test_numbers_in_lists_become_floats_and_single_numbers_keep_their_type():
    inputs = probes.cases(CONTENT, ["lecture, 20 epochs"], 0)[0].inputs
    assert inputs["X"].dtype == np.float64
    assert inputs["epochs"] == 20
    assert isinstance(inputs["epochs"], int)
