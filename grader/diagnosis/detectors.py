"""General detectors: they find from an array alone how it was changed, for any function of any exercise.

Each detector compares one result with the correct one in all cases. It returns the parameters of the change, or None. It
must explain every entry of every case.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..assignment.formulas import Formula
from ..judging.compare import accepted_histories
from .samples import Array, Sample, alike, projection

Parameters = dict[str, Any]
Right = Sequence[dict[str, Array]]  # by result name, for each case
DECIMALS = 7
SMALLEST_FACTOR = 1e-12
FURTHER_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "absolute value": np.abs,
    "square": np.square,
    "root": np.sqrt,
    "logarithm": np.log,
    "exponential": np.exp,
}
LEAST_CHANGED = 3


def factor(samples: Sequence[Sample], name: str, right: Right) -> Parameters | None:
    """Detect a multiple of the correct result, by one constant or by a factor that depends on a size or an input."""
    factors = []
    for sample, values in zip(samples, right, strict=True):
        if name == sample.history:
            ratio = _factor_of_history(sample, name, values[name])
        else:
            ratio = projection([sample.answered[name]], [values[name]])
        if ratio is None or abs(ratio) < SMALLEST_FACTOR or not sample.agrees(name, values[name], ratio):
            return None
        factors.append(ratio)
    if max(abs(ratio - 1) for ratio in factors) < 1e-6:
        return None
    constant = max(factors) - min(factors) <= 1e-5 * abs(factors[0])
    return {"factor": float(f"{factors[0]:.6g}") if constant else None, "factors": factors}


def _factor_of_history(sample: Sample, name: str, right: Array) -> float | None:
    for way in accepted_histories(right):
        ratio = projection([sample.answered[name]], [way])
        if ratio is not None and sample.agrees(name, right, ratio):
            return ratio
    return None


def transposed(samples: Sequence[Sample], name: str, right: Right) -> Parameters | None:
    """Detect a transposed matrix, or two swapped axes of an array."""
    arrays = [values[name] for values in right]
    axes = min(array.ndim for array in arrays)
    for one, other in itertools.combinations(range(axes), 2):
        if all(min(array.shape[one], array.shape[other]) > 1 for array in arrays) and _all(
            samples, name, [np.swapaxes(array, one, other) for array in arrays]
        ):
            return {"axes": [one, other]}
    return None


def permuted(samples: Sequence[Sample], name: str, right: Right) -> Parameters | None:
    """Detect an answer that is the correct value of another result."""
    for other in right[0]:
        # In some cases the shapes may have revealed the correct order.
        here = [
            sample.agrees(name, values[name]) or _is(sample, name, values[other])
            for sample, values in zip(samples, right, strict=True)
        ]
        if other != name and all(here):
            return {"other": other}
    return None


def collapsed(samples: Sequence[Sample], name: str, right: Right) -> Parameters | None:
    """Detect a sum or mean along an axis that should remain, whether it is repeated along the axis or not."""
    if is_one_number(samples, name):
        return None
    for axis in (None, *range(right[0][name].ndim)):
        for how, reduce in (("sum", np.sum), ("mean", np.mean)):
            reduction: Callable[..., Any] = reduce
            right_arrays = [values[name] for values in right]
            if all(
                array.size > 1 and (axis is None or (array.ndim > axis and array.shape[axis] > 1))
                for array in right_arrays
            ):
                reductions = [reduction(array, axis=axis) for array in right_arrays]
                repeated_reductions = [
                    np.broadcast_to(reduction(array, axis=axis, keepdims=True), array.shape) for array in right_arrays
                ]
                if _all(samples, name, reductions) or _all(samples, name, repeated_reductions):
                    return {"how": how, "axis": "all" if axis is None else axis}
    return None


def broadcast(samples: Sequence[Sample], name: str, right: Right) -> Parameters | None:
    """Detect an (n, n) matrix instead of (n,), the result of broadcasting (n, 1) with (n,)."""
    sizes = [(sample.answered[name], values[name]) for sample, values in zip(samples, right, strict=True)]
    all_grown = all(
        a.ndim == 2 and r.size > 1 and np.squeeze(r).ndim == 1 and a.shape == (r.size, r.size) for a, r in sizes
    )
    return _if(all_grown, {})


def truncated(samples: Sequence[Sample], name: str, right: Right) -> Parameters | None:
    """Detect integers: the correct numbers without their fractional part. Zeros alone may have any other reason."""
    if is_one_number(samples, name) or not any(np.any(sample.answered[name]) for sample in samples):
        return None
    for how, cut in (("truncated", np.trunc), ("rounded", np.round), ("rounded down", np.floor)):
        whole: Callable[..., Any] = cut
        if _all(samples, name, [whole(values[name]) for values in right]):
            return {"how": how}
    return None


def rounded(samples: Sequence[Sample], name: str, right: Right) -> Parameters | None:
    """Detect correct numbers that are rounded to some decimals or to float16."""
    if is_one_number(samples, name):
        return None
    for decimals in range(1, DECIMALS):
        unit = 10.0**-decimals
        if all(
            _whole(sample.answered[name], unit) and _within(sample, name, values[name], 0.501 * unit)
            for sample, values in zip(samples, right, strict=True)
        ):
            return {"decimals": decimals}
    with np.errstate(over="ignore"):  # large numbers become infinite, as they do in a submission
        halves = [values[name].astype(np.float16) for values in right]
    if _all(samples, name, halves):
        return {"format": "float16"}
    return None


def clipped(samples: Sequence[Sample], name: str, right: Right) -> Parameters | None:
    """Detect correct numbers that are clipped at a lowest or highest value, the same in all cases."""
    answers, right_values = _joined(samples, name, right)
    if answers is None or right_values is None or not np.isfinite(answers).all():
        return None
    low, high = float(answers.min()), float(answers.max())
    inside = (right_values > low) & (right_values < high)
    cut = int((right_values < low).sum() + (right_values > high).sum())
    if not cut or inside.sum() < 2 or not alike(answers, np.clip(right_values, low, high), 1e-9):
        return None
    limits: Parameters = {}
    if (right_values < low).any():
        limits["low"] = low
    if (right_values > high).any():
        limits["high"] = high
    return limits


def applied(samples: Sequence[Sample], name: str, right: Right) -> Parameters | None:
    """Detect a function of one number that is applied to the correct result, such as a square or the absolute value."""
    numbers = np.concatenate([np.ravel(values[name]).astype(np.float64) for values in right])
    for how, function in FURTHER_FUNCTIONS.items():
        further: Callable[..., Any] = function
        with np.errstate(all="ignore"):
            results, all_results = [further(values[name]) for values in right], further(numbers)
        # A few different numbers must be changed, since many functions go through two points.
        changed = ~np.isclose(all_results, numbers, rtol=1e-6, atol=1e-12)
        if not np.isfinite(all_results).all() or np.unique(all_results[changed].round(9)).size < LEAST_CHANGED:
            continue
        if _all(samples, name, results):
            return {"function": how}
    return None


def shifted(samples: Sequence[Sample], name: str, right: Right) -> Parameters | None:
    """Detect a * right + b, with the same a and b in at least two cases."""
    answers, right_values = _joined(samples, name, right)
    if answers is None or right_values is None or len(samples) < 2 or right_values.size < 4:
        return None
    if not (np.isfinite(answers).all() and np.isfinite(right_values).all()):
        return None
    if right_values.size < 8 and np.unique(right_values.round(9)).size < 3:
        return None  # a line goes through any two points
    columns = np.stack([right_values, np.ones_like(right_values)], axis=1)
    (slope, offset), *_ = np.linalg.lstsq(columns, answers, rcond=None)
    scale = float(np.abs(right_values).max())
    if abs(slope) < 1e-6 or abs(offset) < 1e-6 * scale or not alike(answers, slope * right_values + offset, 1e-6):
        return None
    return {"factor": float(f"{slope:.6g}"), "offset": float(f"{offset:.6g}")}


def constant(samples: Sequence[Sample], name: str, right: Right) -> Parameters | None:
    """Detect one number in all entries of all cases, although the correct numbers differ; single numbers need three cases."""
    answers = np.concatenate([np.ravel(sample.answered[name]).astype(np.float64) for sample in samples])
    expected = np.concatenate([np.ravel(values[name]).astype(np.float64) for values in right])
    if len(samples) < 2 or min(answers.size, np.unique(expected.round(9)).size) < LEAST_CHANGED:
        return None
    if answers.size == len(samples) and np.unique(expected.round(9)).size < len(samples):
        return None  # with equal correct numbers it may be chance
    return _if(bool(np.isfinite(answers).all() and np.ptp(answers) == 0), {})


# The order matters: the simplest detector comes first.
DETECTORS: dict[str, Callable[[Sequence[Sample], str, Right], Parameters | None]] = {
    "factor": factor,
    "transposed": transposed,
    "permuted": permuted,
    "collapsed": collapsed,
    "broadcast": broadcast,
    "truncated": truncated,
    "rounded": rounded,
    "clipped": clipped,
    "applied": applied,
    "shifted": shifted,
    "constant": constant,
}


def is_factor(parameters: Parameters, samples: Sequence[Sample], expression: str | float) -> bool:
    """True if the factors of all cases equal an expression of the inputs, for example ``1 / len(y)``."""
    formula = Formula(str(expression))
    try:
        values = [float(formula({name: sample.inputs[name] for name in formula.needs})) for sample in samples]
    except (ArithmeticError, LookupError, NameError, TypeError, ValueError):
        return False
    return bool(np.allclose(values, parameters["factors"], rtol=1e-4))


def _all(samples: Sequence[Sample], name: str, candidates: Sequence[Any]) -> bool:
    return all(_is(sample, name, candidate) for sample, candidate in zip(samples, candidates, strict=True))


def _is(sample: Sample, name: str, candidate: Any) -> bool:
    same_shape = np.squeeze(sample.answered[name]).shape == np.squeeze(candidate).shape
    return same_shape and sample.history != name and sample.agrees(name, candidate)


def is_one_number(samples: Sequence[Sample], name: str) -> bool:
    """True if the answer repeats one number everywhere; zeros are the integer part of any small numbers."""
    numbers = np.concatenate([np.ravel(s.answered[name]).astype(np.float64) for s in samples])
    return bool(numbers.size == 0 or np.ptp(numbers) == 0)


def _joined(samples: Sequence[Sample], name: str, right: Right) -> tuple[Array | None, Array | None]:
    pairs = [(np.squeeze(s.answered[name]), np.squeeze(values[name])) for s, values in zip(samples, right, strict=True)]
    if any(a.shape != r.shape for a, r in pairs):
        return None, None
    return tuple(np.concatenate([np.ravel(pair[side]).astype(np.float64) for pair in pairs]) for side in (0, 1))  # type: ignore[return-value]


def _within(sample: Sample, name: str, right: Array, distance: float) -> bool:
    answer = np.squeeze(sample.answered[name])
    ways = accepted_histories(right) if name == sample.history else [right]
    candidates = [np.squeeze(way) for way in ways if np.squeeze(way).shape == answer.shape]
    return any(bool(np.abs(answer - way).max(initial=0) <= distance) for way in candidates)


def _whole(array: Array, unit: float) -> bool:
    """True if all entries are multiples of ``unit``, within the precision of their dtype."""
    multiples = array.astype(np.float64) / unit
    slack = np.maximum(
        1e-4, 2 * np.finfo(array.dtype if array.dtype.kind == "f" else np.float64).eps * np.abs(multiples)
    )
    return bool(
        np.isfinite(multiples).all() and (np.abs(multiples - np.round(multiples)) <= np.minimum(slack, 0.1)).all()
    )


def _if(holds: bool, parameters: Parameters) -> Parameters | None:
    return parameters if holds else None
