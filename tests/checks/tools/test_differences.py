"""Difference quotients are a finding only if the numbers and the source show them."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from grader.assignment import load
from grader.checks.outcome import Outcome
from grader.checks.tools import differences
from grader.expected.probes import Case
from grader.student.answers import PlannedCall
from tests.student.in_process import context

SOLUTION = load("single-neuron").file("solution.py").read_text()
RIGHT = Outcome(1.0, "Right.")
QUOTIENT = """
def gradients(X, y, w, b=0.0):
    h = {step}
    def cost(w, b):
        return loss(y, predict(X, w, b))
    dw = np.array([({dw}) for e in np.eye(len(w))])
    return dw, {db}
"""
CENTRAL = {
    "dw": "(cost(w + h * e, b) - cost(w - h * e, b)) / (2 * h)",
    "db": "(cost(w, b + h) - cost(w, b - h)) / (2 * h)",
}
FORWARD = {"dw": "(cost(w + h * e, b) - cost(w, b)) / h", "db": "(cost(w, b + h) - cost(w, b)) / h"}
UNUSED = QUOTIENT.format(step="1e-5", **CENTRAL).replace("gradients", "numeric")
FORMULA = """
def gradients(X, y, w, b=0.0):
    numeric(X, y, w, b)
    delta = (predict(X, w, b) - y) * predict(X, w, b) * (1 - predict(X, w, b))
    return {dw}, {db}
"""


def judged(source, right=("dw", "db"), outcome=RIGHT):
    """Return the outcome of a submission with this code after a correct solution."""
    one = context("single-neuron", SOLUTION + source)
    check = next(check for check in one.content.checks if check.name == "gradients")
    cases = one.cases.draw(check.probes)
    attempt = SimpleNamespace(
        verdict=SimpleNamespace(right={name: name in right for name in ("dw", "db")}),
        cases=cases,
        expected=[one.mutations.results("gradients", [], case.inputs) for case in cases],
        answered=[one.student.call(PlannedCall("gradients", case.inputs)).values for case in cases],
    )
    return differences.judged(outcome, check, one, attempt)


@pytest.mark.parametrize(
    ("step", "quotient"),
    [
        ("1e-5", CENTRAL),
        ("1e-7", CENTRAL),
        ("1e-3", CENTRAL),
        ("1e-8", FORWARD),
        ("1e-4", FORWARD),
        ("0.0077 * np.sqrt(len(w))", CENTRAL),
    ],
)
def test_difference_quotients_are_found(step, quotient):
    outcome = judged(QUOTIENT.format(step=step, **quotient))
    assert outcome.share == 0
    assert [bug.bug for bug in outcome.bugs.bugs] == ["numerical-gradient"]
    assert outcome.evidence.content["differences"] == ["dw", "db"]
    assert outcome.message.startswith("The numbers of dw and db come from difference quotients")


def test_numbers_alone_are_not_a_finding(monkeypatch):
    monkeypatch.setattr(differences.quotients, "facts", lambda *_: "nothing")
    assert judged(QUOTIENT.format(step="1e-5", **CENTRAL)) is RIGHT


def test_formula_is_not_a_finding():
    assert judged("") is RIGHT


def test_formula_next_to_a_comparison_by_differences_is_not_a_finding():
    assert judged(UNUSED + FORMULA.format(dw="X.T @ delta", db="np.sum(delta)")) is RIGHT


def test_inexact_formula_next_to_differences_is_only_a_note_for_the_instructor():
    rounded = {"dw": "np.round(X.T @ delta, 7)", "db": "np.round(np.sum(delta), 7)"}
    outcome = judged(UNUSED + FORMULA.format(**rounded))
    assert (outcome.share, outcome.message, outcome.bugs) == (1.0, "Right.", None)
    (note,) = outcome.evidence.for_instructor
    assert note.startswith("dw and db may come from difference quotients")


def test_inexact_formula_without_differences_in_the_code_is_not_noted():
    formula = FORMULA.replace("    numeric(X, y, w, b)\n", "    a = predict(X, w, b)\n").replace(
        "predict(X, w, b)", "a"
    )
    formula = formula.replace("    a = a\n", "    a = predict(X, w, b)\n")
    assert judged(formula.format(dw="np.round(X.T @ delta, 7)", db="np.round(np.sum(delta), 7)")) is RIGHT


def test_exact_result_keeps_its_points():
    mixed = QUOTIENT.format(step="1e-5", dw=CENTRAL["dw"], db="np.sum((predict(X, w, b) - y) * DERIVED)")
    mixed = mixed.replace("DERIVED", "predict(X, w, b) * (1 - predict(X, w, b))")
    outcome = judged(mixed)
    assert outcome.share == 0.5
    assert outcome.evidence.content["differences"] == ["dw"]


def test_wrong_result_keeps_its_message_and_has_no_new_bug():
    outcome = judged(QUOTIENT.format(step="1e-5", **CENTRAL), right=["dw"], outcome=Outcome(0.5, "db is wrong."))
    assert outcome.share == 0
    assert outcome.message.startswith("db is wrong. The numbers of dw come")
    assert outcome.bugs is None


def test_wrong_outcome_is_not_changed():
    wrong = Outcome(0.0, "Wrong.")
    assert judged(QUOTIENT.format(step="1e-5", **CENTRAL), outcome=wrong) is wrong


def test_multiples_of_a_last_place_are_evidence_and_other_numbers_are_not():
    random = np.random.default_rng(0)
    widths = np.full((1, 6), 1e-5)
    on_grid = np.rint(random.random(6) * 2.0**34) / 2.0**52 / 1e-5
    assert differences._bits(on_grid, widths, ())[0] > differences.ENOUGH_BITS
    assert differences._bits(random.random(6), widths, ())[0] == 0
    assert differences._bits(on_grid / 7, widths, ())[0] == 0
    assert differences._bits(on_grid / 7, widths, (7,))[0] > differences.ENOUGH_BITS


def test_errors_that_follow_a_pattern_are_evidence():
    random = np.random.default_rng(0)
    pattern = random.normal(size=12)
    patterns, noise = [pattern, 2 * pattern], 1e-3 * random.normal(size=12)
    follow = [3 * one + noise for one in patterns]
    assert differences._bits_of_pattern(follow, patterns, 3.0) > differences.ENOUGH_BITS
    assert differences._bits_of_pattern(follow, patterns, 1.5) == 0
    assert differences._bits_of_pattern([follow[0], random.normal(size=12)], patterns, 3.0) == 0


@pytest.mark.parametrize(("number", "is_short"), [(2.0**-20, True), (0.5, True), (1e-5, False), (0.1, False)])
def test_short_numbers_have_few_binary_digits(number, is_short):
    assert differences._is_short(number) == is_short


def test_parameters_of_another_size_are_zeros():
    entries = differences.Entries(
        Case("one", {"w": np.array([[1.0, 2.0]]), "X": np.ones((3, 2)), "b": 4.0}),
        {"dw": (np.zeros(2), np.zeros(2)), "db": (np.zeros(1), np.zeros(1))},
    )
    assert entries.points("w", "dw").tolist() == [1, 2]
    assert entries.points("X", "dw").tolist() == [0, 0]
    assert entries.points("b", "db").tolist() == [4]
    assert entries.points("absent", "dw").tolist() == [0, 0]
    assert entries.sizes == [2, 3]
