"""Detects correct derivatives from difference quotients where the task requires a derivation by hand.

That is a finding only if both the numbers and the source show it. Rounding, float32, or a comparison by differences next
to a derivation is never a finding: these numbers do not follow the pattern of a quotient.

The numbers have one of two patterns. If rounding dominates, (f(w + h) - f(w - h)) / 2h lies on a grid: the difference of
two floats is a multiple of their last place, so the derivative is a multiple of that place divided by 2h. If truncation
dominates, the error is the same multiple of a higher derivative in all entries.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from ...diagnosis import findings_of_check
from ...expected.probes import Case
from ...report.evidence import Evidence
from ...submission.python_code import Source
from ...support.i18n import _, joined
from ..context import Context
from ..outcome import Outcome
from . import diagnose, quotients
from .attempts import Probed, Tried

Array = np.ndarray[Any, Any]
Width = Callable[[Array, float], Array]
Step = tuple[float, int, Width]
# Relative to the largest entry: formulas in float64 are closer, differences with two or three points are not.
EXACT = 2e-14
STEPS: list[float] = [digit * 10.0**-power for power in range(2, 12) for digit in (1, 2, 2.5, 3, 5)]
EPSILON = float(np.finfo(np.float64).eps)
ROOTS: list[float] = [
    EPSILON ** (1 / 3),
    EPSILON ** (1 / 4),
    EPSILON ** (1 / 5),
    10**-2.5,
    10**-3.5,
    10**-4.5,
    10**-5.5,
]
# The last place of f is 2 to the power of minus one of these numbers, or smaller.
PLACES = np.arange(36, 66).astype(np.longdouble)
ULPS = 2.0**-50  # relative distance of a quotient from its grid because of rounding
MOST_BITS = 20.0  # evidence of one entry
ENOUGH_BITS = 40.0  # evidence that is required: a chance of 1e-12
MOST_ENTRIES = 12  # entries of all results in one case whose higher derivatives are computed
OFFSET = 0.02  # for these, by differences of the expected derivatives
FIRST_VALUES, MOST_VALUES = 3, 24  # entries of one result in one case that are inspected
MOST_CONSTANTS = 20
LEAST_VALUES = 12  # in all cases, so that their digits are meaningful
FULL, FEW, OF_FLOAT32 = 53, 40, 24  # binary digits
# The divisor: the step, the step after rounding to floats, or a step that grows with the parameter.
WIDTHS: tuple[Width, ...] = (
    lambda points, step: np.full(1, step),
    lambda points, step: (points + step) - points,
    lambda points, step: ((points + step) - (points - step)) / 2,
    lambda points, step: step * np.abs(points),
    lambda points, step: step * np.maximum(np.abs(points), 1),
)
ORDERS = (2, 3, 5)  # order of the derivative of f in the error: one-sided, central, with five points or by Richardson
LEFT = 0.2  # share of the squared error that a pattern may leave unexplained in each case
# Steps are the same for all parameters, or proportional to them.
WEIGHTS: tuple[Callable[[Array], Array], ...] = (
    np.ones_like,
    np.array,
    lambda points: np.sign(points) * np.maximum(np.abs(points), 1),
)


class Derivatives(Probed, Protocol):
    """A check of derivatives: ``parameters`` maps each result to the input of its derivative."""

    @property
    def function(self) -> str: ...
    @property
    def parameters(self) -> dict[str, str]: ...


@dataclass(frozen=True)
class Entries:
    """The inexact results of one case: as answered and as expected, flat, in float64."""

    case: Case
    values: dict[str, tuple[Array, Array]]

    def points(self, parameter: str, name: str) -> Array:
        """Return the parameter of a derivative, flat; zeros if there is no input of that size."""
        size = self.values[name][0].size
        point = np.asarray(self.case.inputs.get(parameter, 0.0), dtype=np.float64).ravel()
        return point if point.size == size else np.zeros(size)

    @property
    def sizes(self) -> list[int]:
        """Return the lengths of the arrays of the case, which may be divisors of a sum."""
        return sorted({size for value in self.case.inputs.values() for size in np.shape(value) if size > 1})


def judged(outcome: Outcome, check: Derivatives, context: Context, attempt: Tried) -> Outcome:
    """Return ``outcome``, with a finding if its correct results come from difference quotients.

    A wrong result keeps its diagnosis.
    """
    if outcome.share == 0:
        return outcome
    cases = _inexact(context, attempt)
    if not cases:
        return outcome
    function = context.student.find(check.function)
    sources = [code.source for code in context.student.code]
    code_shows = quotients.facts(sources, check.function if function is None else function.name)
    right = attempt.verdict.right
    numeric = [name for name in cases[0].values if right[name]]
    if code_shows == "nothing" or not numeric:
        return outcome
    with np.errstate(all="ignore"):
        is_quotient = _is_on_grid(check, cases, sources) or (code_shows == "quotient" and _has_few_digits(cases))
        is_quotient = is_quotient or _has_pattern(check, context, cases)
    names = joined(numeric)
    if not is_quotient:
        if code_shows != "quotient":
            return outcome
        message = _(
            "{names} may come from difference quotients: the code contains them, and the numbers are less exact than those of a formula in float64. That is not proof, so no points are lost."
        )
        return replace(outcome, evidence=outcome.evidence | Evidence(for_instructor=[message.format(names=names)]))
    share = sum(is_right and name not in numeric for name, is_right in right.items()) / len(right)
    sentence = _(
        "The numbers of {names} come from difference quotients: derive the formula with the chain rule and use it. You may keep the differences as a test of the formula."
    )
    finding, evidence = sentence.format(names=names), outcome.evidence | Evidence(differences=numeric)
    if not all(right.values()):
        return replace(outcome, share=share, message=f"{outcome.message} {finding}", evidence=evidence)
    return Outcome(share, finding, evidence, findings_of_check("numerical-gradient", numeric[0]))


def _inexact(context: Context, attempt: Tried) -> list[Entries]:
    """Return the results in float64 that in every case differ from the expected ones by more than a formula would."""
    cases: list[Entries] = []
    for case, right, answered in diagnose.of_tried(context, attempt):
        inexact = {}
        for name, expected in right.items():
            values, exact = np.asarray(answered.get(name)), np.asarray(expected, dtype=np.float64).ravel()
            if values.dtype != np.float64 or values.size != exact.size or not exact.any():
                continue
            if np.max(np.abs(values.ravel() - exact)) > EXACT * np.max(np.abs(exact)):
                inexact[name] = (values.ravel(), exact)
        cases.append(Entries(case, inexact))
    names = set.intersection(*(set(case.values) for case in cases)) if cases else set()
    return [
        Entries(case.case, {name: pair for name, pair in case.values.items() if name in names})
        for case in cases
        if names
    ]


def _is_on_grid(check: Derivatives, cases: Sequence[Entries], sources: Sequence[Source]) -> bool:
    """True if there is a step for which the results lie on the grid of a difference quotient in every case."""
    own: list[float] = sorted(quotients.constants(sources))[:MOST_CONSTANTS]
    steps = [step for step in dict.fromkeys([*own, *STEPS, *ROOTS]) if not _is_short(step)]
    candidates = [*itertools.product(steps, (1, 3), WIDTHS)]  # 3: of five points, or by Richardson
    trials = float(np.log2(len(candidates) * len(cases[0].values)))

    def bits(case: Entries, name: str, some: Sequence[Step], most: int) -> Array:
        values = case.values[name][0]
        positions = np.flatnonzero(values)[:most]
        if not len(positions):
            return np.zeros(len(some))
        points = case.points(check.parameters[name], name)[positions]
        widths = np.array([factor * np.broadcast_to(width(points, step), points.shape) for step, factor, width in some])
        return _bits(np.abs(values[positions]), widths, case.sizes)

    for name in cases[0].values:
        # A few values exclude most steps.
        candidates_left = [
            each
            for each, evidence in zip(candidates, bits(cases[0], name, candidates, FIRST_VALUES), strict=True)
            if evidence > 0
        ]
        evidence = np.zeros(len(candidates_left))
        for case in cases:
            if candidates_left:
                more = bits(case, name, candidates_left, MOST_VALUES)
                more = np.maximum(more - np.log2(len(PLACES) * (1 + len(case.sizes))), 0)
                evidence = (evidence + more)[more > 0]
                candidates_left = [each for each, bit in zip(candidates_left, more, strict=True) if bit > 0]
        if candidates_left and np.max(evidence) - trials >= ENOUGH_BITS:
            return True
    return False


def _is_short(number: float) -> bool:
    """True if a number has few binary digits: a grid of that step contains short floats, like float32."""
    mantissa, _exponent = np.frexp(number)
    return bool(mantissa * 4096 == round(mantissa * 4096))


def _bits(values: Array, widths: Array, sizes: Sequence[int]) -> Array:
    """Return for each row of widths the evidence, in bits, that all values are multiples of a last place over their width;
    0 if they are not.

    ``sizes`` are possible divisors of the values.
    """
    best = np.zeros(len(widths))
    for size in (1, *sizes):
        counts = (values.astype(np.longdouble) * widths * size)[:, :, None] * np.exp2(PLACES)
        off = np.abs(counts - np.rint(counts)).astype(np.float64)
        allowed = counts.astype(np.float64) * ULPS
        fits = np.all((off <= allowed) | (allowed >= 0.25), axis=1)
        evidence = np.clip(-np.log2(np.maximum(2 * allowed, 1e-30)), 0, MOST_BITS) * (counts >= 0.5)
        best = np.maximum(best, np.max(np.where(fits, np.sum(evidence, axis=1), 0.0), axis=1))
    return best


def _has_few_digits(cases: Sequence[Entries]) -> bool:
    """True if the results have as few digits as quotients whose step is a power of two, and more than float32."""
    longest, count = 0, 0
    for case in cases:
        for values, _right in case.values.values():
            mantissas, _exponents = np.frexp(np.abs(values[values != 0][:MOST_VALUES]))
            whole = np.ldexp(mantissas, FULL).astype(np.int64)
            digits = FULL - np.log2(whole & -whole)  # in binary, without trailing zeros
            longest = max(longest, int(np.max(digits, initial=0)))
            count += len(digits)
    return OF_FLOAT32 + 2 <= longest <= FEW and count >= LEAST_VALUES


def _has_pattern(check: Derivatives, context: Context, cases: Sequence[Entries]) -> bool:
    """True if the errors of all cases are the same multiple of a higher derivative of the objective."""
    if not all(map(context.mutations.has_steps, [check.function, *check.given])):
        return False
    errors_of_cases = [_errors(check, context, case) for case in cases]
    for order in ORDERS:
        for weight in WEIGHTS:
            errors = [error for error, _points, _derivatives in errors_of_cases]
            patterns = [
                derivatives[order] * weight(points) ** (order - 1) for _error, points, derivatives in errors_of_cases
            ]
            usable = [float(pattern @ pattern) > 0 for pattern in patterns]
            if not all(usable):
                continue
            each = [
                float(error @ pattern / (pattern @ pattern)) for error, pattern in zip(errors, patterns, strict=True)
            ]
            if _bits_of_pattern(errors, patterns, float(np.median(each))) >= ENOUGH_BITS:
                return True
    return False


def _bits_of_pattern(errors: Sequence[Array], patterns: Sequence[Array], multiple: float) -> float:
    """Return the evidence, in bits, that the errors are this multiple of the patterns; 0 if too much of an error remains."""
    bits = 0.0
    for error, pattern in zip(errors, patterns, strict=True):
        rest = error - multiple * pattern
        part = float(rest @ rest) / float(error @ error)
        if part >= LEFT:
            return 0.0
        bits -= len(error) / 2 * float(np.log2(max(part, 1e-9)))
    return bits


def _errors(check: Derivatives, context: Context, case: Entries) -> tuple[Array, Array, dict[int, Array]]:
    """Return for some entries the errors, the parameters, and the derivatives of the objective by order."""
    errors: list[float] = []
    points: list[float] = []
    derivatives: dict[int, list[float]] = {order: [] for order in ORDERS}
    inputs = context.content.functions[check.function].complete(case.case.inputs) | case.case.inputs
    most = max(2, MOST_ENTRIES // len(case.values))
    for name, (answered, right) in case.values.items():
        parameter = np.array(inputs[check.parameters[name]], dtype=np.float64)
        if parameter.size != right.size:
            continue
        for index in np.unique(np.linspace(0, right.size - 1, most).astype(int)):
            slopes = [_slope(check, context, inputs, name, parameter, index, times * OFFSET) for times in range(-2, 3)]
            far_left, left, here, next_right, far_right = slopes
            errors.append(float(answered[index] - right[index]))
            points.append(float(parameter.ravel()[index]))
            derivatives[2].append((next_right - left) / (2 * OFFSET))
            derivatives[3].append((next_right - 2 * here + left) / OFFSET**2)
            derivatives[5].append((far_right - 4 * next_right + 6 * here - 4 * left + far_left) / OFFSET**4)
    return np.array(errors), np.array(points), {order: np.array(items) for order, items in derivatives.items()}


def _slope(
    check: Derivatives,
    context: Context,
    inputs: dict[str, Any],
    name: str,
    parameter: Array,
    index: int,
    offset: float,
) -> float:
    """Return the expected derivative at one entry, with that entry of the parameter increased by ``offset``."""
    shifted_parameter = parameter.copy()
    shifted_parameter.reshape(-1)[index] += offset
    values = inputs | {check.parameters[name]: shifted_parameter}
    for function in check.given:
        values |= context.mutations.results(function, [], values)
    return float(np.ravel(context.mutations.results(check.function, [], values)[name])[index])
