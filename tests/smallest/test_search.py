from __future__ import annotations

import numpy as np
import pytest

from grader.smallest.search import indifferent, smallest
from tests.smallest.spaces import space

pytestmark = pytest.mark.quick


def sigmoid(s):
    return 1 / (1 + np.exp(-s))


def gradient(X, y, w, b, m):
    return X.T @ (sigmoid(X @ w + b) - y) / m


WRONG = {
    "sign of b": (lambda X, y, w, b, m: gradient(X, y, w, -b, m), (1, 1)),
    "not averaged": (lambda X, y, w, b, m: m * gradient(X, y, w, b, m), (2, 1)),
    "last sample": (lambda X, y, w, b, m: gradient(X[-1:], y[-1:], w, b, m), (2, 1)),
    "summed": (lambda X, y, w, b, m: gradient(X, y, w, b, m).sum() * np.ones(len(w)), (1, 2)),
    "labels from a column": (lambda X, y, w, b, m: gradient(X, X[:, 0], w, b, m), (1, 1)),
}


def asked(wrong, counts):
    def fails(candidates):
        counts.append(len(candidates))
        return [not np.allclose(wrong(**each), gradient(**each)) for each in candidates]

    return fails


@pytest.mark.parametrize("name", WRONG)
def test_smallest_inputs_are_found_with_few_calls(name):
    wrong, shape = WRONG[name]
    inputs, counts = space(), []
    fails = asked(wrong, counts)
    found = smallest(inputs, [dict(inputs.case)], fails)
    assert found["X"].shape == shape
    assert fails([found]) == [True]
    assert all(np.isin(found[key], [-3, -2, -1, 0, 1, 2, 3]).all() for key in "Xywb")
    assert len(counts) < 12
    assert sum(counts) < 100


def test_large_inputs_are_made_smaller_if_no_small_ones_fail():
    inputs, counts = space(), []
    found = smallest(inputs, [dict(inputs.case)], asked(lambda **each: gradient(**each) + (each["m"] > 4), counts))
    assert found["m"] == 5
    assert found["X"].shape == (5, 1)


def test_right_function_has_no_smallest_inputs():
    inputs = space()
    assert smallest(inputs, [dict(inputs.case)], asked(gradient, [])) is None


def test_search_is_the_same_each_time():
    inputs = space()
    one, other = (smallest(inputs, [], asked(WRONG["summed"][0], [])) for _ in range(2))
    assert {name: np.asarray(value).tolist() for name, value in one.items()} == {
        name: np.asarray(value).tolist() for name, value in other.items()
    }


def test_arguments_that_do_not_matter_are_named():
    inputs = space()

    def fails(candidates):
        return [bool(each["b"] > 0) for each in candidates]

    start = {**next(inputs.ladder()), "b": np.float64(1)}
    assert set(indifferent(inputs, start, ["X", "y", "w"], fails)) == set()  # all of them: nothing to say
    assert set(indifferent(inputs, start, ["X", "y", "w", "b"], fails)) == {"X", "y", "w"}


def test_arguments_that_matter_together_are_not_named():
    inputs = space()
    start = {**next(inputs.ladder()), "b": np.float64(1)}

    def fails(candidates):
        changed = [sum(not np.array_equal(each[name], start[name]) for name in ("X", "w")) for each in candidates]
        return [bool(each["b"] > 0 and count < 2) for each, count in zip(candidates, changed, strict=True)]

    assert indifferent(inputs, start, ["X", "w", "b"], fails) == ()
