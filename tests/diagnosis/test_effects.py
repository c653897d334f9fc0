"""The entries that are kept of each generated mutant exclude those that cannot give the answers, and no other."""

from __future__ import annotations

import numpy as np
import pytest

from grader.diagnosis import effects
from grader.diagnosis.samples import Sample, alike
from tests.diagnosis.conftest import right, samples

pytestmark = pytest.mark.quick


def table(toy, answer=right):
    _content, mutations = toy()
    (sample, *_others) = samples(answer)
    return effects.of(mutations, "slopes", sample), sample, mutations


def test_changed_results_are_known(toy):
    one, _sample, _mutations = table(toy)
    (flipped,) = [
        i for i, mutant in enumerate(one.mutants) if mutant.steps.get("error") and "+" in mutant.steps["error"].text
    ]
    assert {name: bool(changed[flipped]) for name, changed in one.changed.items()} == {
        "out": False,
        "dW": True,
        "db": True,
    }


def test_mutant_that_gives_the_answers_agrees_and_the_others_do_not(toy):
    def answer(X, y, W):
        error = X @ W + y
        return {"out": X @ W, "dW": X.T @ error / len(X), "db": error.sum(axis=0) / len(X)}

    one, sample, _mutations = table(toy, answer)
    agreeing = np.logical_and.reduce([*one.agreeing(sample, 1.0).values()])
    assert [one.mutants[i].steps["error"].text for i in np.flatnonzero(agreeing)] == ["out + y"]


def test_zeros_are_no_truncated_numbers(toy):
    one, _sample, _mutations = table(toy)
    truncated = [mutant for mutant in one.mutants if mutant.bug.name == "truncated-to-integers"]
    assert not effects._is_only_zeros(one.mutants[0], {"db": np.zeros(3)})
    for mutant in truncated:
        assert effects._is_only_zeros(mutant, {"db": -np.zeros(3)})
        assert not effects._is_only_zeros(mutant, {"db": np.array([0.0, 2.0])})


def test_table_is_made_once_for_a_class(toy):
    one, sample, mutations = table(toy)
    assert effects.of(mutations, "slopes", sample) is one


RANDOM = np.random.default_rng(3)
ARRAYS = [RANDOM.normal(size=shape) for shape in ((), (1,), (3,), (3, 1), (2, 3), (40,), (0,))]
ARRAYS += [np.full(3, 2.0), np.array(2.0), np.array([1.0, np.nan, np.inf]), np.array([1.0, 5.0, np.inf])]


@pytest.mark.parametrize("factor", [1.0, 0.1])
@pytest.mark.parametrize("answer", ARRAYS, ids=lambda array: str(array.shape))
def test_entries_exclude_no_array_that_is_alike(answer, factor):
    right_values = {"out": np.zeros(5)}
    numbers = [{"out": array / factor} for array in ARRAYS]
    one = effects.Effects([None] * len(numbers), numbers, right_values)
    sample = Sample("some", {}, right_values, {"out": answer})
    possible = one.agreeing(sample, factor)["out"]
    for index, array in enumerate(ARRAYS):
        if alike(answer, factor * (array / factor), sample.relative):
            assert possible[index], ARRAYS[index]
        elif 0 < array.size <= effects.ENTRIES and answer.size:
            assert not possible[index], ARRAYS[index]


def test_mutant_that_cannot_be_computed_is_left_out():
    one = effects.Effects([1, 2], [None, {}], {"out": np.zeros(2)})
    assert one.mutants == [2]


def test_history_is_not_compared():
    one = effects.Effects([1], [{"losses": np.ones(4)}], {"losses": np.zeros(4)})
    sample = Sample("some", {}, {"losses": np.zeros(4)}, {"losses": np.zeros(3)}, history="losses")
    assert one.agreeing(sample, 1.0)["losses"].all()
