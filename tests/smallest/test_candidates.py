from __future__ import annotations

import numpy as np

from tests.smallest.spaces import space


def test_small_inputs_come_first_and_have_matching_shapes():
    inputs = space()
    candidates = [*inputs.ladder()]
    assert candidates[0]["X"].shape == (1, 1)
    for candidate in candidates:
        samples, features = candidate["X"].shape
        assert candidate["y"].shape == (samples,) == (candidate["m"],)
        assert candidate["w"].shape == (features,)
        assert inputs.allows(candidate)
        assert max(samples, features) <= 4


def test_simpler_inputs_are_simpler_and_allowed():
    inputs = space()
    size = inputs.size(inputs.case)
    proposals = inputs.simpler(inputs.case)
    assert proposals
    for proposal in proposals:
        assert inputs.size(proposal) < size
        assert inputs.allows(proposal)


def test_types_of_the_inputs_stay():
    inputs = space()
    for candidate in inputs.ladder():
        for name, value in inputs.case.items():
            assert type(candidate[name]) is type(value)
            assert np.asarray(candidate[name]).dtype == np.asarray(value).dtype


def test_changes_of_single_entries_are_merged():
    inputs = space()
    case = dict(inputs.case)
    one, two = ({**case, "w": case["w"].copy()} for _ in range(2))
    one["w"][0], two["w"][2] = 0, 1
    assert inputs.merged(case, [one, two])["w"].tolist() == [0, case["w"][1], 1]


def test_other_values_differ():
    inputs = space()
    start = next(inputs.ladder())
    others = inputs.others(start, "w")
    assert others
    assert all((other["w"] != start["w"]).any() for other in others)
