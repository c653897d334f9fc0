"""Compares a result with the expected one: type, then shape, then dtype, then values.

The first difference is said in one sentence, with the size of the error and never with the expected
numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .assignment import Tolerance
from .binding import describe

# Rounding of one operation is about 1e-16, 1e-7 and 1e-3; a training loop loses some digits more.
RELATIVE_BY_DTYPE = {"float32": 1e-4, "float16": 2e-2}


@dataclass(frozen=True)
class Comparison:
    """``problem`` is None where the values agree; ``note`` names an accepted convention."""

    problem: str | None
    note: str | None = None
    evidence: dict[str, Any] = field(default_factory=dict)


def compare(name: str, actual: Any, expected: Any, tolerance: Tolerance, sequence: bool = False) -> Comparison:
    """Compare ``actual`` with ``expected`` (an array or a number); ``sequence`` accepts a list as well."""
    expected = np.asarray(expected)
    if isinstance(actual, list | tuple):
        if not sequence:
            return Comparison(
                f"{name} is a {type(actual).__name__}, expected {_expectation(expected)}: return np.array(...)."
            )
        try:
            actual = np.asarray(actual, dtype=np.float64)
        except (TypeError, ValueError):
            return Comparison(f"{name} is a list of something else than numbers.")
    if isinstance(actual, bool) or not isinstance(actual, np.ndarray | np.generic | int | float):
        advice = ": the function returns nothing" if actual is None else ""
        return Comparison(f"{name} is {describe(actual)}, expected {_expectation(expected)}{advice}.")
    array = np.asarray(actual)
    note = None
    if array.shape != expected.shape:
        # (n, 1) or (1, n) for (n,), and (1,) for a number, hold the same answer.
        if array.size != expected.size or _without_ones(array.shape) != _without_ones(expected.shape):
            return Comparison(f"{name} has the shape {array.shape}, expected {expected.shape}.")
        note = f"{name} has the shape {array.shape} where {expected.shape} was asked for: accepted."
        array = array.reshape(expected.shape)
    if array.dtype.kind not in ("f" if expected.dtype.kind == "f" else "fiu"):
        return Comparison(f"{name} holds {_kind(array.dtype)}, expected decimals (float64).")
    return _compare_values(name, array, expected, tolerance, note)


def _compare_values(
    name: str, array: np.ndarray[Any, Any], expected: np.ndarray[Any, Any], tolerance: Tolerance, note: str | None
) -> Comparison:
    with np.errstate(all="ignore"):
        array = array.astype(np.float64) if array.dtype.name not in RELATIVE_BY_DTYPE else array
        relative = max(tolerance.relative, RELATIVE_BY_DTYPE.get(array.dtype.name, 0))
        if array.dtype.name in RELATIVE_BY_DTYPE:
            note = note or f"{name} is {array.dtype.name}: compared with a tolerance to match."
        array, expected = array.astype(np.float64), expected.astype(np.float64)
        wrong = np.isnan(array) & ~np.isnan(expected)
        if wrong.any():
            return Comparison(f"{name} is NaN {_share(wrong)}.", note, {"nan": int(wrong.sum())})
        wrong = np.isinf(array) & np.isfinite(expected)
        if wrong.any():
            return Comparison(f"{name} is infinite {_share(wrong)}.", note, {"infinite": int(wrong.sum())})
        error = np.abs(array - expected)
        scale = float(np.max(np.abs(expected), initial=0.0))
        # "not <=" and not ">": a NaN must never pass
        wrong = ~(error <= tolerance.absolute + relative * scale)
    if not wrong.any():
        return Comparison(None, note)
    largest = float(error.max())
    index = [int(i) for i in np.unravel_index(int(np.argmax(error)), error.shape)]
    evidence = {
        "result": name,
        "wrong_entries": int(wrong.sum()),
        "entries": int(wrong.size),
        "max_abs_error": largest,
        "max_rel_error": largest / scale if scale else None,
        "index": index,
    }
    where = f" at index {index if len(index) > 1 else index[0]}" if index else ""
    size = f"{largest:.3g}" + (f", {largest / scale:.2g} times the largest value expected" if scale else "")
    many = f" ({int(wrong.sum())} of {wrong.size} entries are wrong)" if wrong.size > 1 else ""
    return Comparison(f"{name} is wrong{many}: the largest error is {size}{where}.", note, evidence)


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(length for length in shape if length != 1)


def _share(wrong: np.ndarray[Any, Any]) -> str:
    return f"at {int(wrong.sum())} of {wrong.size} entries" if wrong.size > 1 else "where a number is expected"


def _expectation(expected: np.ndarray[Any, Any]) -> str:
    return f"an array of shape {expected.shape}" if expected.ndim else "a single number"


def _kind(dtype: np.dtype[Any]) -> str:
    names = {"i": "integers", "u": "integers", "b": "truth values", "c": "complex numbers"}
    return f"{names.get(dtype.kind, 'values')} ({dtype.name})"
