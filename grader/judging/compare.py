"""Compares a result with the expected one: type, then shape, then dtype, then values.

One sentence reports the first difference, with the size of the error and never with the expected numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..assignment.base import Tolerance
from ..report.evidence import Evidence
from ..support.arrays import array_of, as_array, describe, without_ones
from ..support.i18n import _, lazy
from ..support.text import plain_number, whole
from ..worker.passed_as import PassedArray

Array = np.ndarray[Any, Any]

# The rounding error of one operation is about 1e-16, 1e-7 and 1e-3; a training loop loses some more digits.
RELATIVE_BY_CODE = {np.dtype(np.float32).char: 1e-4, np.dtype(np.float16).char: 2e-3}
NO_EVIDENCE = Evidence()  # never changed


@dataclass(frozen=True)
class Comparison:
    """The result of a comparison. The values agree if it has no ``problem``. ``note`` names an accepted convention."""

    problem: str | None
    note: str | None = None
    evidence: Evidence = field(default_factory=lambda: NO_EVIDENCE)

    @property
    def of_numbers(self) -> bool:
        """True if the problem is in the numbers, not in the type or the shape."""
        return bool(self.evidence)

    @property
    def not_finite(self) -> Evidence:
        """Return the numbers of NaN, infinite and all entries; empty if all entries are finite."""
        content = self.evidence.content
        names = ("nan", "infinite", "entries") if self.evidence.not_finite else ()
        return Evidence(**{name: content[name] for name in names if name in content})


def compare_results(
    answers: dict[str, Any],
    expected: dict[str, Any],
    tolerance: Tolerance,
    history: str | None = None,
    inputs: Iterable[Any] = (),
) -> dict[str, Comparison]:
    """Compare the results of one call with the expected results. Returns {result: Comparison}.

    ``inputs`` are those of the call: after inputs of float32, such as tensors, results of float32 are what the task asks for,
    so no note says that they are accepted.

    ``history`` names a result with one entry per epoch (see :func:`accepted_histories`), a list or an array. The expected history
    has one entry before the first update and one after each update. A function that computes in float32 may return some
    results as Python numbers, so the least precise result sets the tolerance for all.
    """
    codes = [answer.dtype.char for name in expected if isinstance(answer := answers[name], np.ndarray | np.generic)]
    coarsest = max((RELATIVE_BY_CODE.get(code, 0.0) for code in codes), default=0.0)
    if coarsest > tolerance.relative:
        tolerance = tolerance.model_copy(update={"relative": coarsest})
    is_alone = len(answers) == 1
    usual = {item.sent().dtype.char for item in inputs if isinstance(item, PassedArray)}
    return {
        name: (compare_history if name == history else compare)(name, answers[name], item, tolerance, is_alone, usual)
        for name, item in expected.items()
    }


def all_agree(comparisons: dict[str, Comparison]) -> bool:
    """True if all results agree with the expected ones."""
    return all(item.problem is None for item in comparisons.values())


def compare_history(
    name: str, actual: Any, expected: Any, tolerance: Tolerance, is_alone: bool = True, usual: Collection[str] = ()
) -> Comparison:
    """Compare a history with each accepted way to record it. One match is enough; see :func:`compare`."""
    epochs = len(expected) - 1
    if isinstance(actual, list | tuple):
        actual = as_array(actual)
        if isinstance(actual, list | tuple):
            return Comparison(_("{name} is a list, but its entries are not all numbers.").format(name=name))
    ways = accepted_histories(expected)
    if isinstance(actual, np.ndarray) and actual.ndim:
        problem = wrong_length(name, actual, expected)
        if problem is not None:
            return Comparison(problem)
        ways = [way for way in ways if actual.size == way.size]
    best = compare(name, actual, ways[0], tolerance, is_alone, usual)
    if best.problem is not None:
        others = (compare(name, actual, way, tolerance, is_alone, usual) for way in ways[1:])
        best = next((item for item in others if item.problem is None), best)
    if best.problem is None and np.size(actual) != epochs:
        note = _("{name} has {count} entries instead of {epochs}, one per epoch: accepted.").format(
            name=name, count=np.size(actual), epochs=epochs
        )
        return Comparison(None, " ".join(filter(None, [best.note, note])))
    return best


def wrong_length(name: str, actual: Array, expected: Array) -> str | None:
    """Return the sentence about a history that has not one entry for each epoch, None if its length is accepted."""
    if any(way.size and actual.size == way.size for way in accepted_histories(expected)):
        return None
    return _("{name} has {count} entries, expected {epochs}, one per epoch.").format(
        name=name, count=len(actual), epochs=len(expected) - 1
    )


def accepted_histories(expected: Any) -> list[Any]:
    """Return the accepted ways to record a history, from one with an entry before the first and after each update.

    They are: before each update; after each update; before the first and after each update; only between updates.
    """
    return [expected[:-1], expected[1:], expected, expected[1:-1]]


def compare(
    name: str, actual: Any, expected: Any, tolerance: Tolerance, is_alone: bool = True, usual: Collection[str] = ()
) -> Comparison:
    """Compare ``actual``, any object, with ``expected``, an array or a number.

    ``is_alone`` is true if it is the only result of the function. ``usual`` are the codes of dtypes that need no note.
    """
    expected = np.asarray(expected)
    notes = []
    if isinstance(actual, list | tuple):
        actual = as_array(actual)
        if isinstance(actual, np.ndarray):
            notes.append(list_note([name]))
    is_truth = expected.dtype.kind == "b"
    if isinstance(actual, bool) and is_truth:
        actual = np.bool_(actual)
    if isinstance(actual, bool) or not isinstance(actual, np.ndarray | np.generic | int | float):
        advice = ""
        if actual is None and is_alone:
            advice = _(": the function returns nothing")
        elif isinstance(actual, tuple) and any(isinstance(item, np.ndarray) for item in actual):
            advice = _(": it contains several values, return only this one")
        elif isinstance(actual, list | tuple):
            advice = _(": its entries are not numbers, or its rows have different lengths")
        return Comparison(
            _("{name} is {value}, expected {expected}{advice}.").format(
                name=name, value=describe(actual), expected=_expectation(expected), advice=advice
            )
        )
    array = np.asarray(actual)
    if array.shape != expected.shape:
        # (n, 1) or (1, n) instead of (n,), and (1,) instead of a number, contain the same numbers.
        if without_ones(array.shape) != without_ones(expected.shape):
            return Comparison(
                _("{name} has the shape {shape}, expected {expected}.").format(
                    name=name, shape=array.shape, expected=_expectation(expected)
                )
            )
        notes.append(
            _("{name} has the shape {shape} instead of {expected}: accepted.").format(
                name=name, shape=array.shape, expected=_expectation(expected)
            )
        )
        array = array.reshape(expected.shape)
    whole = array.dtype.kind != "f" and (expected.dtype.kind != "f" or bool((expected == np.round(expected)).all()))
    if array.dtype.kind == "b" and is_truth:
        pass  # what the task asks for
    elif array.dtype.kind == "b" and whole and array.ndim:
        notes.append(_("{name} contains booleans: accepted, they count as 0 and 1.").format(name=name))
    elif array.dtype.kind not in ("fiu" if whole else "f"):
        return Comparison(
            _("{name} contains {kind}, expected decimals (float64).").format(name=name, kind=kind_of(array.dtype))
        )
    relative = tolerance.relative
    if array.dtype.char in RELATIVE_BY_CODE:
        if array.dtype.char not in usual:
            sentence = _("{name} is {dtype}: compared with a matching tolerance.")
            notes.append(sentence.format(name=name, dtype=array.dtype.name))
        relative = max(relative, RELATIVE_BY_CODE[array.dtype.char])
    note = " ".join(notes) or None
    return _compare_values(
        name, array.astype(np.float64), expected.astype(np.float64), relative, tolerance, note, is_truth
    )


def _compare_values(
    name: str,
    array: Array,
    expected: Array,
    relative: float,
    tolerance: Tolerance,
    note: str | None,
    is_truth: bool = False,
) -> Comparison:
    with np.errstate(all="ignore"):
        error = np.abs(array - expected)
        scale = float(np.abs(expected).max(initial=0.0))
        # "not <=" instead of ">": a NaN must never pass
        right = error <= tolerance.absolute + relative * scale
    if right.all() and scale != np.inf:
        return Comparison(None, note)
    wrong = ~right
    for what, field_name, not_finite in (
        ("NaN", "nan", np.isnan(array) & ~np.isnan(expected)),
        (lazy("infinite"), "infinite", np.isinf(array) & np.isfinite(expected)),
    ):
        if not_finite.any():
            sentence = (
                _("{name} is {what} in {count} of {total} entries.")
                if not_finite.size > 1
                else _("{name} is {what}, expected a number.")
            ).format(name=name, what=_(what), count=whole(int(not_finite.sum())), total=whole(not_finite.size))
            counts = {field_name: int(not_finite.sum()), "entries": int(not_finite.size)}
            return Comparison(sentence, note, Evidence(result=name, **counts))
    if not wrong.any():
        return Comparison(None, note)
    largest = float(error.max())
    index = [int(i) for i in np.unravel_index(int(np.argmax(error)), error.shape)]
    evidence = Evidence(
        result=name,
        wrong_entries=int(wrong.sum()),
        entries=int(wrong.size),
        # Rounded, and for a single number only the ratio, since the evidence must not reveal the correct values.
        max_abs_error=float(f"{largest:.3g}") if wrong.size > 1 else None,
        max_rel_error=float(f"{largest / scale:.2g}") if scale else None,
        index=index,
    )
    if wrong.size == 1 and is_truth:
        return Comparison(_("{name} is wrong.").format(name=name), note, evidence)
    if wrong.size == 1:
        return Comparison(_by(name, largest, scale), note, evidence)
    size = _size(largest, scale)
    sentence = _(
        "{name} is wrong in {count} of {total} entries. The largest error is {error}{size}, at index {index}."
    ).format(
        name=name,
        count=whole(int(wrong.sum())),
        total=whole(wrong.size),
        index=index if len(index) > 1 else index[0],
        error=plain_number(largest, 3),
        size=size,
    )
    return Comparison(sentence, note, evidence)


def _by(name: str, error: float, scale: float) -> str:
    """Return the sentence about a single wrong number, without the correct one; ``scale`` is its size."""
    if not scale:
        return _("{name} is wrong by {error}.").format(name=name, error=plain_number(error, 3))
    ratio = plain_number(error / scale)
    if ratio == "1":
        return _("{name} is wrong by as much as the correct value.").format(name=name)
    return _("{name} is wrong by {ratio} times the correct value.").format(name=name, ratio=ratio)


def _size(error: float, scale: float) -> str:
    """Return the size of an error compared with the largest correct entry; "" if all correct entries are 0."""
    if not scale:
        return ""
    ratio = plain_number(error / scale)
    if ratio == "1":
        return _(" (as much as the largest correct entry)")
    return _(" ({ratio} times the largest correct entry)").format(ratio=ratio)


def common_factor(answers: dict[str, Any], expected: dict[str, Any]) -> float | None:
    """Return the factor that turns all expected arrays into the answered ones, or None without a common factor."""
    values = [as_array(answers[name]) for name in expected]
    if any(isinstance(value, list | tuple) for value in values):
        return None
    arrays = [np.asarray(value) for value in values]
    if any(array.dtype.kind not in "fiu" for array in arrays):
        return None
    answer_entries = np.concatenate([array.ravel().astype(np.float64) for array in arrays])
    right_entries = np.concatenate([np.ravel(item) for item in expected.values()])
    if answer_entries.shape != right_entries.shape or not np.isfinite(answer_entries).all() or not right_entries.any():
        return None
    factor = float(answer_entries @ right_entries / (right_entries @ right_entries))
    residual = np.linalg.norm(answer_entries - factor * right_entries)
    if abs(factor - 1) <= 1e-6:  # the shapes differ, or the error is not a factor
        return None
    return factor if factor and residual <= 1e-6 * np.linalg.norm(answer_entries) else None


def list_note(names: Sequence[str]) -> str:
    """Return the note for results that are lists or tuples of numbers."""
    return _("Lists of numbers instead of arrays ({names}): accepted.").format(names=", ".join(names))


def _expectation(expected: np.ndarray[Any, Any]) -> str:
    return array_of(expected.shape) if expected.ndim else _("a single number")


def kind_of(dtype: np.dtype[Any]) -> str:
    """Return what an array of this dtype contains, such as "integers (int64)"."""
    names = {"i": _("integers"), "u": _("integers"), "b": _("booleans"), "c": _("complex numbers")}
    kind = names.get(dtype.kind, _("values"))
    return f"{kind} ({dtype.name})"
