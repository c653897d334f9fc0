"""Bugs that nobody declared are named: a generated mutant must give all answers of all cases."""

from __future__ import annotations

import numpy as np
import pytest

from grader import diagnosis
from grader.diagnosis import Finding, Findings, generated, hints, search
from tests.diagnosis.conftest import right, samples

pytestmark = pytest.mark.quick


def flipped(X, y, W):
    error = X @ W + y
    return {"out": X @ W, "dW": X.T @ error / len(X), "db": error.sum(axis=0) / len(X)}


def test_undeclared_bug_is_named_with_its_quantity(toy):
    result = diagnosis.find(*toy(), "slopes", samples(flipped))
    assert [(bug.bug, bug.where, bug.quantity) for bug in result.bugs] == [("sign-flipped", "dW", "error")]


def test_title_has_no_quantity_that_only_the_assignment_knows_or_that_follows(toy):
    content, *_ = toy()
    all_findings = [Findings((Finding("sign-flipped", "dW", quantity=name),)) for name in ("error", "dW", "out")]
    titles = [hints.diagnosis(findings, content).title for findings in all_findings]
    assert titles[1:] == [titles[0], f"{titles[0]}, out"]


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


def two(X, y, W):
    """Both gradients are wrong, each in its own way: a flipped sign, and a sum over the wrong axis."""
    values = right(X, y, W)
    return {**values, "dW": -values["dW"], "db": (X @ W - y).sum(axis=1) / len(X)}


def test_two_bugs_of_different_results_are_named(toy):
    content, mutations = toy()
    findings = diagnosis.find(content, mutations, "slopes", samples(two))
    assert {bug.where for bug in findings.bugs} == {"dW", "db"}
    assert "sign-flipped" in {bug.bug for bug in findings.bugs}
    assert len(findings.mutants) == 2


def composed(X, y, W):
    error = X @ W + y
    return {"out": X @ W, "dW": X.T @ error / len(X), "db": error.sum(axis=1) / len(X)}


def test_two_bugs_of_the_same_result_are_named(toy):
    findings = diagnosis.find(*toy(), "slopes", samples(composed))
    assert {mutant.changes[0].quantity for mutant in findings.mutants} == {"error", "db"}


def test_many_pairs_are_not_computed(toy, monkeypatch):
    _content, mutations = toy()
    monkeypatch.setattr(generated, "MOST_PAIRS", 7)
    noise = samples(lambda **i: {name: np.cos(7 * value) for name, value in right(**i).items()})
    assert len(list(generated.pairs(mutations, "slopes", noise[0], 1.0))) <= 7
