"""Each general detector finds its own kind of change in all cases, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from grader.diagnosis.detectors import DETECTORS, is_factor
from grader.diagnosis.samples import Sample
from tests.diagnosis.conftest import right, samples

pytestmark = pytest.mark.quick

RANDOM = np.random.default_rng(3)
MATRICES = [RANDOM.normal(size=shape) * 3 for shape in ((4, 3), (2, 5), (6, 7))]
VECTORS = [RANDOM.normal(size=size) * 3 for size in (4, 6, 9)]


def beside(arrays, answer, history=None):
    """Return samples of one result r."""
    return [
        Sample(str(k), {"n": len(array)}, {"r": array}, {"r": np.asarray(answer(array))}, history)
        for k, array in enumerate(arrays)
    ]


def detected(items, name="r"):
    """Return {detector: parameters} of the detectors that find something, the simplest first."""
    expected = [sample.right for sample in items]
    result = {detector: detect(items, name, expected) for detector, detect in DETECTORS.items()}
    return {detector: parameters for detector, parameters in result.items() if parameters is not None}


def first(items):
    detector, parameters = next(iter(detected(items).items()), (None, None))
    return detector, {key: value for key, value in (parameters or {}).items() if key != "factors"}


FOUND = {
    "twice": (MATRICES, lambda r: 2 * r, "factor", {"factor": 2.0}),
    "negative": (VECTORS, lambda r: -r, "factor", {"factor": -1.0}),
    "divided by its length": (VECTORS, lambda r: r / len(r), "factor", {"factor": None}),
    "twice, as a column": (VECTORS, lambda r: 2 * r[:, None], "factor", {"factor": 2.0}),
    "transposed": (MATRICES, np.transpose, "transposed", {"axes": [0, 1]}),
    "summed over rows": (MATRICES, lambda r: r.sum(axis=0), "collapsed", {"how": "sum", "axis": 0}),
    "averaged over columns": (MATRICES, lambda r: r.mean(axis=1), "collapsed", {"how": "mean", "axis": 1}),
    "one sum": (VECTORS, np.sum, "collapsed", {"how": "sum", "axis": "all"}),
    "one mean, repeated": (MATRICES, lambda r: 0 * r + r.mean(), "collapsed", {"how": "mean", "axis": "all"}),
    "a sum, repeated": (
        MATRICES,
        lambda r: np.broadcast_to(r.sum(axis=0), r.shape),
        "collapsed",
        {"how": "sum", "axis": 0},
    ),
    "(n, 1) minus (n,)": (VECTORS, lambda r: r[:, None] - np.ones_like(r), "broadcast", {}),
    "cut at the point": (MATRICES, np.trunc, "truncated", {"how": "truncated"}),
    "whole numbers, as integers": (MATRICES, lambda r: r.astype(int), "truncated", {"how": "truncated"}),
    "nearest whole numbers": (MATRICES, np.round, "truncated", {"how": "rounded"}),
    "rounded down": (MATRICES, np.floor, "truncated", {"how": "rounded down"}),
    "two decimals": (MATRICES, lambda r: np.round(r, 2), "rounded", {"decimals": 2}),
    "three decimals of a vector": (VECTORS, lambda r: np.round(r, 3), "rounded", {"decimals": 3}),
    "two decimals in float32": (
        MATRICES,
        lambda r: np.round(r.astype(np.float32), 2),
        "rounded",
        {"decimals": 2},
    ),
    "one decimal in float16": (MATRICES, lambda r: np.round(r.astype(np.float16), 1), "rounded", {"decimals": 1}),
    "through float16": (MATRICES, lambda r: r.astype(np.float16).astype(float), "rounded", {"format": "float16"}),
    "cut off below": (MATRICES, lambda r: np.maximum(r, -1), "clipped", {"low": -1.0}),
    "cut off on both sides": (MATRICES, lambda r: np.clip(r, -2, 1.5), "clipped", {"low": -2.0, "high": 1.5}),
    "absolute values": (MATRICES, np.abs, "applied", {"function": "absolute value"}),
    "squares": (VECTORS, np.square, "applied", {"function": "square"}),
    "exponentials": (MATRICES, np.exp, "applied", {"function": "exponential"}),
    "roots": ([np.abs(array) for array in MATRICES], np.sqrt, "applied", {"function": "root"}),
    "zeros": (MATRICES, lambda r: 0 * r, "constant", {}),
    "moved": (MATRICES, lambda r: r + 0.5, "shifted", {"factor": 1.0, "offset": 0.5}),
    "another range": (VECTORS, lambda r: 2 * r - 1, "shifted", {"factor": 2.0, "offset": -1.0}),
}


@pytest.mark.parametrize("what", FOUND)
def test_change_of_an_array_is_found(what):
    arrays, answer, detector, parameters = FOUND[what]
    assert first(beside(arrays, answer)) == (detector, parameters)


def test_swapped_result_is_found():
    items = samples(lambda X, y, W: {**right(X, y, W), "db": np.ones(len(W)), "dW": X @ W})
    assert detected(items, "dW") == {"permuted": {"other": "out"}}


def test_detectors_find_nothing_in_correct_answers():
    for arrays in (MATRICES, VECTORS):
        assert detected(beside(arrays, lambda r: r)) == {}
        assert detected(beside(arrays, lambda r: r * (1 + 1e-9))) == {}


@pytest.mark.parametrize("answer", [lambda r: r.astype(np.float32), lambda r: np.sqrt(r.astype(np.float32) ** 2)])
def test_detectors_find_nothing_in_float32_noise(answer):
    assert detected(beside([np.abs(array) for array in MATRICES], answer)) == {}


NOTHING = {
    "noise": lambda r: np.random.default_rng(len(r)).normal(size=r.shape),
    "noise in float32": lambda r: np.random.default_rng(len(r)).normal(size=r.shape).astype(np.float32),
    "one entry is wrong": lambda r: np.where(r == r.max(), r + 1, r),
    "a power": lambda r: r**3,
    "another length": lambda r: r[:-1],
    "twice, in one case only": lambda r: r * (1 + (len(r) == 2)),
    "transposed, in one case only": lambda r: r.T if len(r) == 2 else r + 1e-3,
    "truncated noise": lambda r: np.trunc(np.random.default_rng(len(r)).normal(size=r.shape) * 4),
    "moved, by another number in each case": lambda r: r + len(r),
}


@pytest.mark.parametrize("what", NOTHING)
def test_change_that_does_not_explain_every_entry_is_not_found(what):
    result = {name: value for name, value in detected(beside(MATRICES, NOTHING[what])).items() if name != "factor"}
    assert result == {}
    factor = DETECTORS["factor"](items := beside(MATRICES, NOTHING[what]), "r", [sample.right for sample in items])
    assert factor is None or factor["factor"] is None  # no factor is the same in all cases


def test_same_number_in_all_cases_is_found():
    items = [Sample(str(k), {}, {"r": np.array(k + 1.0)}, {"r": np.array(0.5)}) for k in range(3)]
    assert DETECTORS["constant"](items, "r", [sample.right for sample in items]) == {}
    assert DETECTORS["constant"](items[:2], "r", [sample.right for sample in items[:2]]) is None  # may be chance


@pytest.mark.parametrize("detector", ["clipped", "shifted"])
def test_single_numbers_are_not_clipped_or_shifted(detector):
    numbers = [np.array(value) for value in (3.0, 5.0)]
    items = [Sample(str(k), {}, {"r": value}, {"r": value - 1}) for k, value in enumerate(numbers)]
    assert DETECTORS[detector](items, "r", [sample.right for sample in items]) is None


@pytest.mark.parametrize("end", [slice(None, -1), slice(1, None)])
def test_factor_of_a_history_is_found_with_either_end(end):
    histories = [np.linspace(3, 1, size) ** 2 for size in (5, 8)]
    items = [Sample(str(k), {}, {"r": r}, {"r": 2 * r[end]}, "r") for k, r in enumerate(histories)]
    assert first(items) == ("factor", {"factor": 2.0})
    assert detected([Sample("0", {}, {"r": r}, {"r": r[end]}, "r") for r in histories]) == {}


@pytest.mark.parametrize(
    ("expected", "holds"),
    [("1 / n", True), ("1.0 / (n + 0)", True), ("1 / n ** 2", False), ("0.5", False), ("1 / x", False)],
)
def test_factor_may_be_an_expression_of_the_inputs(expected, holds):
    items = beside(VECTORS, lambda r: r / len(r))
    result = DETECTORS["factor"](items, "r", [sample.right for sample in items])
    assert is_factor(result, items, expected) is holds


def test_empty_result_has_no_pattern():
    assert detected(beside(VECTORS, lambda r: r[:0])) == {}
