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
from ..judging.compare import recorded
from .samples import Array, Sample, alike, projection

Parameters = dict[str, Any]
Right = Sequence[dict[str, Array]]  # by result name, for each case
DECIMALS = 7
SMALLEST_FACTOR = 1e-12


def factor(samples: Sequence[Sample], name: str, right: Right) -> Parameters | None:
    """Detect a multiple of the correct result, by one constant or by a factor that depends on a size or an input."""
    factors = []
    for sample, values in zip(samples, right, strict=True):
        if name == sample.history:
            found = _factor_of_history(sample, name, values[name])
        else:
            found = projection([sample.answered[name]], [values[name]])
        if found is None or abs(found) < SMALLEST_FACTOR or not sample.agrees(name, values[name], found):
            return None
        factors.append(found)
    if max(abs(found - 1) for found in factors) < 1e-6:
        return None
    constant = max(factors) - min(factors) <= 1e-5 * abs(factors[0])
    return {"factor": float(f"{factors[0]:.6g}") if constant else None, "factors": factors}


def _factor_of_history(sample: Sample, name: str, right: Array) -> float | None:
    for way in recorded(right):
        found = projection([sample.answered[name]], [way])
        if found is not None and sample.agrees(name, right, found):
            return found
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
    if _one_number(samples, name):
        return None
    for axis in (None, *range(right[0][name].ndim)):
        for how, reduce in (("sum", np.sum), ("mean", np.mean)):
            reduced: Callable[..., Any] = reduce
            wanted = [values[name] for values in right]
            if all(
                array.size > 1 and (axis is None or (array.ndim > axis and array.shape[axis] > 1)) for array in wanted
            ):
                single = [reduced(array, axis=axis) for array in wanted]
                repeated = [np.broadcast_to(reduced(array, axis=axis, keepdims=True), array.shape) for array in wanted]
                if _all(samples, name, single) or _all(samples, name, repeated):
                    return {"how": how, "axis": "all" if axis is None else axis}
    return None


def broadcast(samples: Sequence[Sample], name: str, right: Right) -> Parameters | None:
    """Detect an (n, n) matrix instead of (n,), the result of broadcasting (n, 1) with (n,)."""
    sizes = [(sample.answered[name], values[name]) for sample, values in zip(samples, right, strict=True)]
    grown = all(
        a.ndim == 2 and r.size > 1 and np.squeeze(r).ndim == 1 and a.shape == (r.size, r.size) for a, r in sizes
    )
    return _if(grown, {})


def truncated(samples: Sequence[Sample], name: str, right: Right) -> Parameters | None:
    """Detect integers: the correct numbers without their fractional part."""
    if _one_number(samples, name):
        return None
    for how, cut in (("truncated", np.trunc), ("rounded", np.round), ("rounded down", np.floor)):
        whole: Callable[..., Any] = cut
        if _all(samples, name, [whole(values[name]) for values in right]):
            return {"how": how}
    return None


def rounded(samples: Sequence[Sample], name: str, right: Right) -> Parameters | None:
    """Detect correct numbers that are rounded to some decimals or to float16."""
    if _one_number(samples, name):
        return None
    for decimals in range(1, DECIMALS):
        unit = 10.0**-decimals
        if all(
            _whole(sample.answered[name], unit) and _within(sample, name, values[name], 0.501 * unit)
            for sample, values in zip(samples, right, strict=True)
        ):
            return {"decimals": decimals}
    if _all(samples, name, [values[name].astype(np.float16) for values in right]):
        return {"format": "float16"}
    return None


def clipped(samples: Sequence[Sample], name: str, right: Right) -> Parameters | None:
    """Detect correct numbers that are clipped at a lowest or highest value, the same in all cases."""
    answered, wanted = _joined(samples, name, right)
    if answered is None or wanted is None or not np.isfinite(answered).all():
        return None
    low, high = float(answered.min()), float(answered.max())
    inside = (wanted > low) & (wanted < high)
    cut = int((wanted < low).sum() + (wanted > high).sum())
    if not cut or inside.sum() < 2 or not alike(answered, np.clip(wanted, low, high), 1e-9):
        return None
    found: Parameters = {}
    if (wanted < low).any():
        found["low"] = low
    if (wanted > high).any():
        found["high"] = high
    return found


def shifted(samples: Sequence[Sample], name: str, right: Right) -> Parameters | None:
    """Detect a * right + b, with the same a and b in at least two cases."""
    answered, wanted = _joined(samples, name, right)
    if answered is None or wanted is None or len(samples) < 2 or wanted.size < 4:
        return None
    if not (np.isfinite(answered).all() and np.isfinite(wanted).all()):
        return None
    columns = np.stack([wanted, np.ones_like(wanted)], axis=1)
    (slope, offset), *_ = np.linalg.lstsq(columns, answered, rcond=None)
    scale = float(np.abs(wanted).max())
    if abs(slope) < 1e-6 or abs(offset) < 1e-6 * scale or not alike(answered, slope * wanted + offset, 1e-6):
        return None
    return {"factor": float(f"{slope:.6g}"), "offset": float(f"{offset:.6g}")}


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
    "shifted": shifted,
}


def is_factor(found: Parameters, samples: Sequence[Sample], wanted: str | float) -> bool:
    """True if the factors of all cases equal an expression of the inputs, for example ``1 / len(y)``."""
    formula = Formula(str(wanted))
    try:
        values = [float(formula({name: sample.inputs[name] for name in formula.needs})) for sample in samples]
    except (ArithmeticError, LookupError, NameError, TypeError, ValueError):
        return False
    return bool(np.allclose(values, found["factors"], rtol=1e-4))


def _all(samples: Sequence[Sample], name: str, candidates: Sequence[Any]) -> bool:
    return all(_is(sample, name, candidate) for sample, candidate in zip(samples, candidates, strict=True))


def _is(sample: Sample, name: str, candidate: Any) -> bool:
    same_shape = np.squeeze(sample.answered[name]).shape == np.squeeze(candidate).shape
    return same_shape and sample.history != name and sample.agrees(name, candidate)


def _one_number(samples: Sequence[Sample], name: str) -> bool:
    """True if the answer repeats one number everywhere; zeros are the integer part of any small numbers."""
    return bool(np.ptp(np.concatenate([np.ravel(s.answered[name]).astype(np.float64) for s in samples])) == 0)


def _joined(samples: Sequence[Sample], name: str, right: Right) -> tuple[Array | None, Array | None]:
    pairs = [(np.squeeze(s.answered[name]), np.squeeze(values[name])) for s, values in zip(samples, right, strict=True)]
    if any(a.shape != r.shape for a, r in pairs):
        return None, None
    return tuple(np.concatenate([np.ravel(pair[side]).astype(np.float64) for pair in pairs]) for side in (0, 1))  # type: ignore[return-value]


def _within(sample: Sample, name: str, right: Array, distance: float) -> bool:
    answered = np.squeeze(sample.answered[name])
    ways = recorded(right) if name == sample.history else [right]
    fitting = [np.squeeze(way) for way in ways if np.squeeze(way).shape == answered.shape]
    return any(bool(np.abs(answered - way).max(initial=0) <= distance) for way in fitting)


def _whole(array: Array, unit: float) -> bool:
    """True if all entries are multiples of ``unit``, within the precision of their dtype."""
    multiples = array.astype(np.float64) / unit
    slack = np.maximum(
        1e-4, 2 * np.finfo(array.dtype if array.dtype.kind == "f" else np.float64).eps * np.abs(multiples)
    )
    return bool(
        np.isfinite(multiples).all() and (np.abs(multiples - np.round(multiples)) <= np.minimum(slack, 0.1)).all()
    )


def _if(holds: bool, found: Parameters) -> Parameters | None:
    return found if holds else None
