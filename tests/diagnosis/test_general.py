"""The names of the bugs that general detectors find if no bug is declared."""

from __future__ import annotations

import numpy as np
import pytest

from grader import diagnosis
from grader.diagnosis.samples import Sample
from tests.diagnosis.conftest import right, samples

pytestmark = pytest.mark.quick


def names(content, mutations, items):
    result = diagnosis.find(content, mutations, "slopes", items)
    return [(bug.bug, bug.where) for bug in result.bugs] if result is not None else None


def changed(**parts):
    """Return an answer function with correct results except for those in ``parts``, which a function changes."""
    return lambda X, y, W: {
        name: parts[name](value) if name in parts else value for name, value in right(X, y, W).items()
    }


NAMED = {
    "right": (changed(), None),
    "float32": (changed(**dict.fromkeys(("out", "dW", "db"), np.float32)), None),
    "float16": (changed(**dict.fromkeys(("out", "dW", "db"), np.float16)), None),
    "twice": (changed(dW=lambda r: 2 * r), [("stray-factor-two", "dW")]),
    "half": (changed(db=lambda r: r / 2), [("missing-factor-two", "db")]),
    "the sign": (changed(dW=lambda r: -r, db=lambda r: -r), [("sign-flipped", "dW")]),
    "minus two": (changed(dW=lambda r: -2 * r), [("sign-flipped", "dW"), ("stray-factor-two", "dW")]),
    "a third": (changed(out=lambda r: r / 3), [("constant-factor", "out")]),
    "two factors": (changed(dW=lambda r: 3 * r, db=lambda r: 5 * r), None),
    "transposed": (changed(dW=np.transpose), [("transposed", "dW")]),
    "rounded": (changed(dW=lambda r: np.round(r, 3)), [("rounded-result", "dW")]),
    "whole numbers": (changed(out=np.trunc), [("truncated-to-integers", "out")]),
    "clipped": (changed(out=lambda r: np.clip(r, -0.5, 0.5)), [("clipped-values", "out")]),
    "shifted": (changed(dW=lambda r: r + 0.01), [("shifted-range", "dW")]),
    "NaN, with small numbers": (changed(dW=lambda r: np.where(r == r.max(), np.nan, r)), None),
    "noise": (changed(dW=lambda r: np.random.default_rng(0).normal(size=r.shape)), None),
    "explained in part": (changed(dW=lambda r: 2 * r, db=lambda r: r**3), None),
}


@pytest.mark.parametrize("steps", [True, False])
@pytest.mark.parametrize("what", NAMED)
def test_change_has_a_bug_name(toy, what, steps):
    answer, expected = NAMED[what]
    assert names(*toy(steps=steps), samples(answer)) == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ({"out": "dW", "dW": "out"}, [("permuted-results", "out")]),
        ({"dW": "out"}, [("another-quantity", "dW")]),  # the other result has its own place as well
    ],
)
def test_result_with_the_numbers_of_another_one(toy, order, expected):
    def answer(X, y, W):
        results = right(X, y, W)
        return {name: results[order.get(name, name)] for name in results}

    assert names(*toy(), samples(answer)) == expected


@pytest.mark.parametrize(("steps", "bug"), [(True, "bias-gradient-scalar"), (False, "collapsed-axis")])
def test_sum_over_an_axis_too_many_is_a_scalar_if_the_steps_are_known(toy, steps, bug):
    assert names(*toy(steps=steps), samples(changed(db=np.sum))) == [(bug, "db")]


@pytest.mark.parametrize(
    ("small", "large", "expected"),
    [
        (1.0, 1000.0, [("overflow", "dW")]),
        (1.0, 2.0, None),  # too small to overflow
    ],
)
@pytest.mark.parametrize("entries", ["one", "all"])
def test_overflow_needs_large_numbers(toy, small, large, expected, entries):
    items = []
    for sample, scale, is_lost in zip(samples(changed()), (small, large), (False, True), strict=True):
        inputs = {name: scale * array for name, array in sample.inputs.items()}
        answers = right(**inputs)
        if is_lost:
            expected_value = answers["dW"]
            answers["dW"] = np.where(
                (expected_value == expected_value.max()) | (entries == "all"), np.nan, expected_value
            )
        items.append(Sample(sample.case, inputs, right(**inputs), answers))
    assert names(*toy(), items) == expected


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        (0.1, None),
        (0.2, [("stray-factor-two", "out")]),
        (0.05, [("missing-factor-two", "out")]),
        (-0.1, [("sign-flipped", "out")]),
        (0.3, [("constant-factor", "out")]),
    ],
)
def test_factor_is_found_together_with_that_of_a_convention(toy, factor, expected):
    every = changed(**{name: lambda r: factor * r for name in ("out", "dW", "db")})
    assert names(*toy(conventions={"divides-by-y-size": 0.1}), samples(every)) == expected


def test_one_number_is_not_evidence_for_any_factor(toy):
    """The same case twice gives the same number twice; only a factor with a name of its own is likely."""
    [one, _other] = samples(changed())
    for factor, expected in ((0.3, None), (2.0, [("stray-factor-two", "loss")])):
        loss = Sample("a", one.inputs, {"loss": np.float64(0.7)}, {"loss": np.float64(factor * 0.7)})
        content, mutations = toy(steps=False)
        mutations.order = lambda function: ["loss"]
        assert names(content, mutations, [loss, loss]) == expected


def test_declared_factor_has_the_declared_name(toy):
    declared = "{name: averaged-twice, detector: factor, parameters: {factor: 1 / len(X)}}"
    items = samples(changed(dW=lambda r: r, out=lambda r: r / len(r)))
    assert names(*toy(declared), items) == [("averaged-twice", "out")]
    assert names(*toy(), items) is None
