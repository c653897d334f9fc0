"""Compares the results of many calls with the expectations of a ``random`` check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np

from ...assignment.expectations import Expectations, Expression
from ...assignment.formulas import Formula
from ...judging import random_numbers
from ...judging.compare import kind_of
from ...judging.random_numbers import Statistic
from ...support import arrays
from ...support.errors import NotGradable
from ...support.i18n import _
from ...support.text import plain_number

Array = np.ndarray[Any, Any]
RISK = 1e-7  # of a correct submission, for each statistic


@dataclass(frozen=True)
class Difference:
    """The first difference from the expectations: a sentence, the evidence, and whether it is about the numbers."""

    sentence: str
    evidence: dict[str, Any] = field(default_factory=dict)
    of_numbers: bool = True


class Samples:
    """The results of many calls for one case. ``inputs`` are those of each call."""

    def __init__(self, inputs: Sequence[Mapping[str, Any]], results: Sequence[Mapping[str, Any]]) -> None:
        self._inputs = [{name: _as_array(value) for name, value in each.items()} for each in inputs]
        self._results = results

    @cached_property
    def _numbers(self) -> list[dict[str, Array | None]]:
        return [{name: arrays.numbers(value) for name, value in each.items()} for each in self._results]

    def first_difference(self, expected: Expectations) -> Difference | None:
        """Return the first difference from what is expected, None if there is none.

        Nothing is computed from results of another shape. Raises NotGradable if an expression cannot be computed.
        """
        try:
            return next(self._differences(expected), None)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            sentence = _("An expression of the assignment cannot be computed ({error}). Tell your instructor.")
            raise NotGradable(sentence.format(error=f"{type(error).__name__}: {error}")) from error

    def _differences(self, expected: Expectations) -> Iterator[Difference]:
        for name, shape in expected.shape.items():
            yield from self._of_shape(name, tuple(round(float(self._value(length))) for length in shape))
        for quantity, (low, high) in expected.range.items():
            yield from self._outside(quantity, self._value(low), self._value(high))
        for quantity in expected.independent:
            yield from self._of_dependence(quantity)  # before the others, which assume it
        statistics: list[tuple[str, dict[str, Any], Any]] = [
            (_("share"), {**expected.share}, random_numbers.share),
            (_("mean"), {**expected.mean}, random_numbers.mean),
            (_("standard deviation"), {**expected.deviation}, random_numbers.deviation),
        ]
        for what, declared, compare in statistics:
            for quantity, right in declared.items():
                value = self._value(right)
                samples = self._samples(quantity) if value.ndim else self._distinct(quantity)
                statistic = compare(samples, value, RISK)
                yield from _of_statistic(what, quantity, statistic)
        for kind, pairs in (("uniform", expected.uniform), ("normal", expected.normal)):
            make = random_numbers.uniform if kind == "uniform" else random_numbers.normal
            for quantity, (one, other) in pairs.items():
                probability = make(float(self._value(one)), float(self._value(other)))
                statistic = random_numbers.distribution(self._distinct(quantity), probability, RISK)
                yield from _of_distribution(kind, quantity, statistic)

    def _value(self, declared: Expression) -> Array:
        value = Formula(declared)(self._inputs[0]) if isinstance(declared, str) else declared
        return np.asarray(value, dtype=np.float64)

    def _samples(self, quantity: str) -> list[Array]:
        """Return the quantity in each call, in float64."""
        formula = Formula(quantity)
        return [
            np.asarray(formula({**inputs, **results}), dtype=np.float64)
            for inputs, results in zip(self._inputs, self._numbers, strict=True)
        ]

    def _distinct(self, quantity: str) -> list[Array]:
        """Return the quantity in each call without repetitions, which say nothing about a distribution.

        Left out are calls that return the same as an earlier one, and equal rows or columns.
        """
        samples = {(sample.shape, sample.tobytes()): sample for sample in self._samples(quantity)}
        return [_without_repetitions(sample) for sample in samples.values()]

    def _of_shape(self, name: str, shape: tuple[int, ...]) -> Iterator[Difference]:
        for numbers, results in zip(self._numbers, self._results, strict=True):
            value = numbers[name]
            expected = arrays.array_of(shape) if shape else _("a single number")
            converted = arrays.as_array(results[name])
            if isinstance(converted, np.ndarray | np.generic) and converted.dtype.kind == "c":
                sentence = _("{name} contains {kind}, expected decimals (float64).")
                yield Difference(sentence.format(name=name, kind=kind_of(converted.dtype)), of_numbers=False)
            elif value is None:
                sentence = _("{name} is {value}, expected {expected}.")
                described = arrays.describe(results[name])
                yield Difference(sentence.format(name=name, value=described, expected=expected), of_numbers=False)
            elif value.shape != shape:
                sentence = _("{name} has the shape {shape}, expected {expected}.")
                yield Difference(sentence.format(name=name, shape=value.shape, expected=expected), of_numbers=False)
            elif not np.isfinite(value).all():
                sentence = _("{name} has entries that are NaN or infinite.").format(name=name)
                yield Difference(sentence, of_numbers=False)

    def _outside(self, quantity: str, low: Array, high: Array) -> Iterator[Difference]:
        samples = self._samples(quantity)
        margin = random_numbers.EXACT * max(float(np.abs(low).max()), float(np.abs(high).max()))
        outside = sum(int((~((sample >= low - margin) & (sample <= high + margin))).sum()) for sample in samples)
        if outside:
            total = sum(sample.size for sample in samples)
            sentence = _("{outside} of the {total} values of {quantity} are outside the range that the task asks for.")
            evidence = {"quantity": quantity, "outside": outside, "entries": total}
            yield Difference(sentence.format(outside=outside, total=total, quantity=quantity), evidence)

    def _of_dependence(self, quantity: str) -> Iterator[Difference]:
        samples = self._samples(quantity)
        dependent = random_numbers.dependence(samples, RISK)
        if dependent is None:
            return
        evidence = {"quantity": quantity, "dependent": dependent}
        if dependent == "calls" and all(np.array_equal(sample, samples[0]) for sample in samples):
            sentence = _("{quantity} is the same in every call, but each call needs new random numbers.")
        elif dependent == "calls":
            sentence = _("{quantity} of one call depends on that of another call.")
        else:
            sentence = _("The entries of {quantity} depend on each other: each needs a random number of its own.")
        yield Difference(sentence.format(quantity=quantity), evidence)


def _without_repetitions(sample: Array) -> Array:
    """Return an array with one entry along each axis along which all entries are the same."""
    for axis in range(sample.ndim):
        first = sample.take([0], axis) if sample.shape[axis] else sample
        if (sample == first).all():
            sample = first
    return sample


def _of_statistic(what: str, quantity: str, statistic: Statistic) -> Iterator[Difference]:
    if statistic.agrees:
        return
    sentence = (
        _("The {statistic} of {quantity} is {value} ({low} to {high}): too large.")
        if statistic.sign > 0
        else _("The {statistic} of {quantity} is {value} ({low} to {high}): too small.")
    )
    number = partial(plain_number, digits=3)
    evidence = {"quantity": quantity, "value": statistic.value, "low": statistic.low, "high": statistic.high}
    yield Difference(
        sentence.format(
            statistic=what,
            quantity=quantity,
            value=number(statistic.value),
            low=number(statistic.low),
            high=number(statistic.high),
        ),
        evidence,
    )


def _of_distribution(kind: str, quantity: str, statistic: Statistic) -> Iterator[Difference]:
    if statistic.agrees:
        return
    sentence = (
        _("The values of {quantity} do not have the uniform distribution that the task asks for.")
        if kind == "uniform"
        else _("The values of {quantity} do not have the normal distribution that the task asks for.")
    )
    evidence = {"quantity": quantity, "distance": statistic.value, "high": statistic.high}
    yield Difference(sentence.format(quantity=quantity), evidence)


def _as_array(value: Any) -> Any:
    return np.asarray(value) if isinstance(value, list) else value
