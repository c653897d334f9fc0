"""Compares the results of many calls with the expectations of a ``random`` check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from ...assignment import expressions
from ...assignment.expectations import Expectations, Expression
from ...assignment.formulas import Formula
from ...judging import random_numbers
from ...judging.compare import kind_of
from ...judging.random_numbers import Statistic
from ...support import arrays
from ...support.errors import NotGradable
from ...support.i18n import _, joined
from ...support.text import plain_number

Array = np.ndarray[Any, Any]
RISK = 1e-7  # of a correct submission, for each statistic
LONGEST = 25  # characters of a quantity that a message shows


@dataclass(frozen=True)
class Difference:
    """The first difference from the expectations: a sentence, the evidence, and whether it is about the numbers.

    ``result`` is the first result that the difference is about.
    """

    sentence: str
    evidence: dict[str, Any] = field(default_factory=dict)
    of_numbers: bool = True
    result: str = ""


class Samples:
    """The results of many calls for one case.

    ``inputs`` are those of each call, and ``vary`` is the one that differs from call to call, or "".
    """

    def __init__(
        self, inputs: Sequence[Mapping[str, Any]], results: Sequence[Mapping[str, Any]], vary: str = ""
    ) -> None:
        self._inputs = [{name: _as_array(value) for name, value in each.items()} for each in inputs]
        self._results = results
        self._vary = vary

    @cached_property
    def _numbers(self) -> list[dict[str, Array | None]]:
        return [{name: arrays.numbers(value) for name, value in each.items()} for each in self._results]

    def first_difference(self, expected: Expectations) -> Difference | None:
        """Return the first difference from the expectations, or None.

        Nothing is computed from results of another shape. Raises NotGradable if an expression cannot be computed.
        """
        try:
            difference = next(self._differences(expected), None)
            return None if difference is None else self._in_words(difference, expected)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            sentence = _("An expression of the assignment cannot be computed ({error}). Tell your instructor.")
            raise NotGradable(sentence.format(error=f"{type(error).__name__}: {error}")) from error

    def shapes(self, expected: Expectations) -> dict[str, tuple[int, ...]]:
        """Return {result: its expected shape}."""
        return {
            name: tuple(round(float(self._value(length))) for length in shape) for name, shape in expected.shape.items()
        }

    def numbers_of(self, name: str) -> list[Array | None]:
        """Return a result in each call; None where it does not consist of numbers."""
        return [each[name] for each in self._numbers]

    def _in_words(self, difference: Difference, expected: Expectations) -> Difference:
        """Return the difference with the author's sentence about its quantity, if there is one, and with its first result."""
        quantity = difference.evidence.get("quantity", "")
        sentence = _(expected.says[quantity]) if quantity in expected.says else difference.sentence
        result = difference.result or next(iter(self._results_of(quantity)), "")
        return replace(difference, sentence=sentence, result=result)

    def _results_of(self, quantity: str) -> list[str]:
        """Return the results that a quantity uses, in the order of the function's results."""
        needs = expressions.needs_of(quantity) if quantity else ()
        return [name for name in self._results[0] if name in needs]

    def _label(self, quantity: str) -> str:
        """Return how a message calls a quantity: a long expression says nothing to a student, so its results are named."""
        if quantity in self._results[0]:
            return quantity
        if len(quantity) <= LONGEST:
            return f"`{quantity}`"
        return _("what this check computes from {results}").format(results=joined(self._results_of(quantity)))

    def _differences(self, expected: Expectations) -> Iterator[Difference]:
        for name, shape in self.shapes(expected).items():
            yield from self._of_shape(name, shape)
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
                yield from self._of_statistic(what, quantity, statistic)
        for kind, pairs in (("uniform", expected.uniform), ("normal", expected.normal)):
            make = random_numbers.uniform if kind == "uniform" else random_numbers.normal
            for quantity, (one, other) in pairs.items():
                probability = make(float(self._value(one)), float(self._value(other)))
                statistic = random_numbers.distribution(self._distinct(quantity), probability, RISK)
                yield from self._of_distribution(kind, quantity, statistic)

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
                yield Difference(sentence.format(name=name, kind=kind_of(converted.dtype)), {}, False, name)
            elif value is None:
                sentence = _("{name} is {value}, expected {expected}.")
                described = arrays.describe(results[name])
                yield Difference(sentence.format(name=name, value=described, expected=expected), {}, False, name)
            elif value.shape != shape:
                sentence = _("{name} has the shape {shape}, expected {expected}.")
                yield Difference(sentence.format(name=name, shape=value.shape, expected=expected), {}, False, name)
            elif not np.isfinite(value).all():
                sentence = _("{name} has entries that are NaN or infinite.").format(name=name)
                yield Difference(sentence, {}, False, name)

    def _outside(self, quantity: str, low: Array, high: Array) -> Iterator[Difference]:
        samples = self._samples(quantity)
        below, above = low - _rounding(low, high), high + _rounding(high, low)
        outside = sum(int((~((sample >= below) & (sample <= above))).sum()) for sample in samples)
        if outside:
            total = sum(sample.size for sample in samples)
            sentence = _("{outside} of the {total} values of {quantity} are outside the range that the task asks for.")
            evidence = {"quantity": quantity, "outside": outside, "entries": total}
            yield Difference(sentence.format(outside=outside, total=total, quantity=self._label(quantity)), evidence)

    def _of_dependence(self, quantity: str) -> Iterator[Difference]:
        samples = self._samples(quantity)
        dependent = random_numbers.dependence(samples, RISK)
        if dependent is None:
            return
        evidence = {"quantity": quantity, "dependent": dependent}
        if dependent == "calls" and all(np.array_equal(sample, samples[0]) for sample in samples):
            sentence = _("{quantity} is the same in every call, but each call needs new random numbers.")
            if self._vary:
                sentence = _("{quantity} is the same in every call, although each call gets another {argument}.")
        elif dependent == "calls":
            sentence = _("{quantity} of one call depends on that of another call.")
        else:
            sentence = _("The entries of {quantity} depend on each other: each needs a random number of its own.")
        yield Difference(sentence.format(quantity=self._label(quantity), argument=self._vary), evidence)

    def _of_statistic(self, what: str, quantity: str, statistic: Statistic) -> Iterator[Difference]:
        if statistic.agrees:
            return
        sentence = (
            _(
                "The {statistic} of {quantity} is {value}, which is too large. Chance alone changes it by at most {error}."
            )
            if statistic.sign > 0
            else _(
                "The {statistic} of {quantity} is {value}, which is too small. Chance alone changes it by at most {error}."
            )
        )
        error = max(statistic.high - statistic.value, statistic.value - statistic.low)
        text = sentence.format(
            statistic=what,
            quantity=self._label(quantity),
            value=plain_number(statistic.value, digits=3),
            error=plain_number(error, digits=2),
        )
        evidence = {"quantity": quantity, "value": statistic.value, "low": statistic.low, "high": statistic.high}
        yield Difference(text, evidence)

    def _of_distribution(self, kind: str, quantity: str, statistic: Statistic) -> Iterator[Difference]:
        if statistic.agrees:
            return
        sentence = (
            _("The values of {quantity} do not have the uniform distribution that the task asks for.")
            if kind == "uniform"
            else _("The values of {quantity} do not have the normal distribution that the task asks for.")
        )
        evidence = {"quantity": quantity, "distance": statistic.value, "high": statistic.high}
        yield Difference(sentence.format(quantity=self._label(quantity)), evidence)


def _rounding(limit: Array, other: Array) -> Array:
    """Return by how much numbers may lie beyond a limit of a range: relative to it, or to the other limit if it is 0."""
    return np.asarray(random_numbers.EXACT * np.abs(np.where(limit == 0, other, limit)))


def _without_repetitions(sample: Array) -> Array:
    """Return an array with one entry along each axis along which all entries are the same."""
    for axis in range(sample.ndim):
        first = sample.take([0], axis) if sample.shape[axis] else sample
        if (sample == first).all():
            sample = first
    return sample


def _as_array(value: Any) -> Any:
    return np.asarray(value) if isinstance(value, list) else value
