"""Declared bugs that give exactly these numbers are found: one, two, one with an unknown number, or none."""

from __future__ import annotations

import numpy as np
import pytest

from grader import diagnosis
from tests.diagnosis.conftest import right, samples

pytestmark = pytest.mark.quick

BUGS = (
    "{name: sign-flipped, instead: {error: -error}}",
    "{name: not-averaged, instead: {m: 1.0}}",
    "{name: bias-gradient-over-units, instead: {db: error.sum(axis=1) / m}}",
    "{name: wrong-delta, instead: {dW: X.T @ out / m}}",
    "{name: absolute-error, instead: {error: np.abs(error)}}",
    "{name: batch-size-as-divisor, instead: {m: 1 / c}, unknown: c, only_if: 1.5 < 1 / c <= 1024}",
    "{name: leaky-relu, instead: {out: 'np.where(out > 0, out, c * out)'}, unknown: c}",
)


def slopes(X, y, W, m=None, error=lambda e: e, out=lambda o: o):
    """Return the results of the toy exercise; the parameters are the places of possible bugs."""
    output = out(X @ W)
    e = error(output - y)
    m = m or len(X)
    return {"out": output, "dW": X.T @ e / m, "db": e.sum(axis=0) / m}


def with_(**places):
    return lambda **inputs: slopes(**inputs, **places)


def leaky(c):
    return lambda o: np.where(o > 0, o, c * o)


def wrong_delta(X, y, W):
    return {**slopes(X, y, W), "dW": X.T @ (X @ W) / len(X)}


def over_units(X, y, W):
    return {**slopes(X, y, W), "db": (X @ W - y).sum(axis=1) / len(X)}


def both_places(X, y, W):
    return {**over_units(X, y, W), "dW": wrong_delta(X, y, W)["dW"]}


def noise(X, y, W):
    return {name: np.random.default_rng(0).normal(size=value.shape) for name, value in right(X, y, W).items()}


FOUND = {
    "nothing is wrong": (with_(), {}),
    "one, in all results": (with_(error=np.negative), {"sign-flipped": "dW"}),
    "one, in one result": (wrong_delta, {"wrong-delta": "dW"}),
    "one, of another shape": (over_units, {"bias-gradient-over-units": "db"}),
    "two, at different results": (both_places, {"wrong-delta": "dW", "bias-gradient-over-units": "db"}),
    "two, in the same results": (with_(error=np.abs, m=1), {"absolute-error": "dW", "not-averaged": "dW"}),
    "two, in the same results, by their sign": (
        with_(error=np.negative, m=1),
        {"sign-flipped": "dW", "not-averaged": "dW"},
    ),
    "a number": (with_(m=32), {"batch-size-as-divisor": "dW"}),
    "another number": (with_(out=leaky(0.01)), {"leaky-relu": "out"}),
    "a number beside one": (with_(m=32, error=np.negative), {"sign-flipped": "dW", "batch-size-as-divisor": "dW"}),
    "two numbers": (with_(m=32, out=leaky(0.01)), {}),
    "random noise": (noise, {}),
    "a bug that nobody knows": (with_(error=lambda e: e**3), {}),
}


@pytest.mark.parametrize("what", FOUND)
def test_bugs_are_found_by_their_numbers(toy, what):
    answer, expected = FOUND[what]
    result = diagnosis.find(*toy(*BUGS), "slopes", samples(answer))
    assert {bug.bug: bug.where for bug in result.bugs} == expected if expected else result is None


@pytest.mark.parametrize("m", [32, 100])
def test_unknown_number_is_reported(toy, m):
    result = diagnosis.find(*toy(*BUGS), "slopes", samples(with_(m=m)))
    assert [bug.parameters for bug in result.bugs] == [{"c": pytest.approx(1 / m, rel=1e-5)}]
    assert result.bugs[0].function == "slopes"


@pytest.mark.parametrize(("m", "names"), [(32, ["batch-size-as-divisor"]), (60000, ["wrong-divisor"]), (1.2, None)])
def test_condition_on_the_number_must_hold(toy, m, names):
    declared = "{name: batch-size-as-divisor, instead: {m: 1 / c}, unknown: c, only_if: 1.5 < 1 / c <= 1024}"
    result = diagnosis.find(*toy(declared), "slopes", samples(with_(m=m)))
    assert (result and [bug.bug for bug in result.bugs]) == names


def test_bugs_with_the_same_numbers_are_all_returned(toy):
    declared = ("{name: one, instead: {m: 1.0}}", "{name: other, instead: {dW: dW * m, db: db * m}}")
    result = diagnosis.find(*toy(*declared), "slopes", samples(with_(m=1)))
    assert [bug.bug for bug in result.bugs] == ["one"]
    assert [bug.bug for bug in result.alternatives] == ["other"]


def test_one_bug_is_preferred_to_two(toy):
    parts = ("{name: a, instead: {dW: -dW}}", "{name: b, instead: {db: -db}}", BUGS[0])
    result = diagnosis.find(*toy(*parts), "slopes", samples(with_(error=np.negative)))
    assert ([bug.bug for bug in result.bugs], result.alternatives) == (["sign-flipped"], ())


def test_variants_of_one_bug_are_one_bug(toy):
    declared = "{name: sign-flipped, each: {k: [dW, db]}, instead: {<k>: -<k>}}"
    for answer in (with_(error=np.negative), lambda **i: {**right(**i), "db": -right(**i)["db"]}):
        result = diagnosis.find(*toy(declared), "slopes", samples(answer))
        assert ([bug.bug for bug in result.bugs], result.alternatives) == (["sign-flipped"], ())


PARTIAL = "{name: wrong-divisor, instead: {m: '7'}}"


@pytest.mark.parametrize("shapes", [((7, 4, 3), (5, 2, 6)), ((5, 2, 6), (7, 4, 3)), ((7, 4, 3), (7, 3, 5), (5, 2, 6))])
def test_bug_that_shows_in_only_one_case_is_found(toy, shapes):
    """A fixed divisor of 7 is correct in cases with seven points."""
    result = diagnosis.find(*toy(PARTIAL, *BUGS), "slopes", samples(with_(m=7), shapes))
    assert "wrong-divisor" in [bug.bug for bug in (*result.bugs, *result.alternatives)]


def test_bug_must_explain_all_cases(toy):
    def answer(X, y, W):
        return slopes(X, y, W, m=1 if len(X) == 7 else 2)

    assert diagnosis.find(*toy("{name: not-averaged, instead: {m: 1.0}}"), "slopes", samples(answer)) is None


def test_mutation_that_cannot_be_computed_in_one_case_is_judged_by_the_others(toy):
    """A missing transpose can be computed only for square matrices; in other cases the answer is correct."""
    declared = "{name: transpose-forgotten, instead: {out: X @ W.T}}"

    def answer(X, y, W):
        return slopes(X, y, W.T if W.shape[0] == W.shape[1] else W)

    result = diagnosis.find(*toy(declared), "slopes", samples(answer, ((7, 4, 3), (5, 6, 6))))
    assert [bug.bug for bug in result.bugs] == ["transpose-forgotten"]


@pytest.mark.parametrize("factor", [1.0, 0.1])
def test_bug_is_found_together_with_a_convention(toy, factor):
    def answer(X, y, W):
        return {name: factor * value for name, value in slopes(X, y, W, error=np.abs).items()}

    conventions = {"divides-by-y-size": 0.1}
    result = diagnosis.find(*toy(*BUGS, conventions=conventions), "slopes", samples(answer))
    assert [bug.bug for bug in result.bugs] == ["absolute-error"]


def test_bug_and_change_found_by_a_detector_are_both_named(toy):
    def answer(X, y, W):
        return {**slopes(X, y, W, error=np.abs), "out": np.round(X @ W, 2)}

    result = diagnosis.find(*toy(*BUGS), "slopes", samples(answer))
    assert [bug.bug for bug in result.bugs] == ["rounded-result", "absolute-error"]


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_bug_is_found_in_imprecise_numbers(toy, dtype):
    def answer(X, y, W):
        return {name: value.astype(dtype) for name, value in slopes(X, y, W, error=np.abs).items()}

    result = diagnosis.find(*toy(*BUGS), "slopes", samples(answer))
    assert [bug.bug for bug in result.bugs] == ["absolute-error"]


def test_explanation_with_the_answered_shape_is_preferred_to_one_number(toy):
    declared = ("{name: one, instead: {db: 0.0}}", "{name: other, instead: {db: 0 * error.sum(axis=1)}}")

    def zeros(size):
        return lambda **inputs: {**right(**inputs), "db": np.zeros(size(**inputs))}

    result = diagnosis.find(*toy(*declared), "slopes", samples(zeros(lambda X, **_: len(X))))
    assert ([bug.bug for bug in result.bugs], result.alternatives) == (["other"], ())
    result = diagnosis.find(*toy(*declared), "slopes", samples(zeros(lambda W, **_: W.shape[1])))
    assert "one" in [bug.bug for bug in (*result.bugs, *result.alternatives)]
