"""Bugs that nobody declared are named: a generated mutant must give all answers of all cases."""

from __future__ import annotations

import numpy as np
import pytest

from grader import diagnosis
from grader.diagnosis import search
from tests.diagnosis.conftest import right, samples

pytestmark = pytest.mark.quick


def flipped(X, y, W):
    error = X @ W + y
    return {"out": X @ W, "dW": X.T @ error / len(X), "db": error.sum(axis=0) / len(X)}


def test_undeclared_bug_is_named_with_its_quantity(toy):
    result = diagnosis.find(*toy(), "slopes", samples(flipped))
    assert [(bug.bug, bug.where, bug.quantity) for bug in result.bugs] == [("sign-flipped", "dW", "error")]


def test_declared_bug_comes_first(toy):
    declared = "{name: labels-shifted, replace: {error: out + y}}"
    result = diagnosis.find(*toy(declared), "slopes", samples(flipped))
    assert [(bug.bug, bug.quantity) for bug in (*result.bugs, *result.alternatives)] == [("labels-shifted", "")]


def test_mutant_must_explain_all_cases(toy):
    def answer(X, y, W):
        return flipped(X, y, W) if len(X) == 7 else {**right(X, y, W), "db": np.ones(W.shape[1])}

    assert diagnosis.find(*toy(), "slopes", samples(answer)) is None


def test_nothing_is_named_if_the_answers_are_right(toy):
    assert diagnosis.find(*toy(), "slopes", samples(right)) is None


def test_many_names_for_the_same_numbers_are_a_guess(toy):
    _content, mutations = toy()
    (one,) = [mutant for mutant in mutations.generated("slopes") if mutant.steps.get("error")][:1]
    names = ["sign-flipped", "wrong-delta", "absolute-error", "another-cost"]
    same = [type(one)(one.bug.model_copy(update={"name": name}), one.steps, changes=one.changes) for name in names]
    for count, expected in ((search.MOST_NAMES, names[: search.MOST_NAMES]), (len(names), [])):
        matches = [search.Explanation((mutant,), 1.0) for mutant in same[:count]]
        assert [name for item in search._simplest(matches) for name in item.names] == expected
