"""Finds the names of the bugs of a function from its answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..assignment.spec import AssignmentSpec
from ..expected.mutations import Mutations
from ..mutation.changes import Change
from . import general, search
from .findings import Finding, Findings
from .samples import Sample, alike

LARGE = 20.0  # products of a few such numbers are too large for exp()


def find(content: AssignmentSpec, mutations: Mutations, function: str, samples: Sequence[Sample]) -> Findings | None:
    """Return the bugs that explain the answers of ``function``. None if the answers are right or cannot be explained."""
    factors = sorted(content.functions[function].factors, key=lambda factor: _wrong(samples, factor))
    if all(any(is_right(sample, factor) for factor in factors) for sample in samples):
        return None
    finite = [sample for sample in samples if not _lost(sample)]
    if all(any(is_right(sample, factor) for factor in factors) for sample in finite):
        overflow = _overflow(mutations, function, samples)
        if overflow is None and not finite and mutations.can_compute(function):
            return _with_the_same_gaps(mutations, function, samples)
        reason = overflow or _not_finite(mutations, function, samples)
        return Findings((reason,)).of(function) if reason is not None else None
    for convention in [mutant for mutant in mutations.of(function) if mutant.bug.accepted]:
        if search.reproduces(mutations, function, finite, [convention], 1.0):
            values = [search.results(mutations, function, [convention], sample.inputs) for sample in samples]
            overflow = _overflow(mutations, function, samples, values)
            if overflow is not None:
                return Findings((overflow,), mutants=(convention,)).of(function)
    is_computed = mutations.can_compute(function)
    if is_computed or any(mutant.bug.mutation for mutant in mutations.of(function)):
        findings = _all_named(mutations, function, samples, search.explanations(mutations, function, finite, factors))
        if findings is not None:
            return findings
    findings = general.find(content, mutations, function, finite, factors) if len(finite) == len(samples) else None
    if is_computed and (findings is None or len(findings.bugs) > 1):
        # Two mutants say more than two detectors, which know only the numbers.
        pairs = search.generated_pairs(mutations, function, finite, factors)
        findings = _all_named(mutations, function, samples, pairs) or findings
    if findings is None and len(finite) == len(samples):
        findings = general.on_top(content, mutations, function, finite, factors)
    return findings.of(function) if findings is not None else None


def declared(mutations: Mutations, function: str, samples: Sequence[Sample]) -> Findings | None:
    """Return the declared bugs that explain the answers of ``function``: for answers that tell little, such as booleans."""
    if all(map(is_right, samples)):
        return None
    return _all_named(mutations, function, samples, search.declared(mutations, function, samples))


def _all_named(
    mutations: Mutations, function: str, samples: Sequence[Sample], explanations: Sequence[search.Explanation]
) -> Findings | None:
    """Return the first explanation, with the other names that give the same numbers; None without an explanation."""
    if not explanations:
        return None
    first, *others = (_named(mutations, function, samples, item) for item in explanations)
    first_names = {finding.bug for finding in first.bugs}
    further = {finding.bug: finding for other in others for finding in other.bugs if finding.bug not in first_names}
    return replace(first, alternatives=tuple(further.values())).of(function)


def _with_the_same_gaps(mutations: Mutations, function: str, samples: Sequence[Sample]) -> Findings | None:
    """Return the bug whose results are infinite or NaN in the same places, and equal elsewhere, declared ones first; else None."""
    if not all(any(np.isfinite(array).any() for array in sample.answered.values()) for sample in samples):
        return None
    for mutant in mutations.of(function):
        if mutant.bug.unknown is None and search.reproduces(mutations, function, samples, [mutant], 1.0):
            explanation = search.Explanation((mutant,), 1.0)
            return _all_named(mutations, function, samples, [explanation])
    return _all_named(mutations, function, samples, search.generated_singles(mutations, function, samples))


def is_right(sample: Sample, factor: float = 1.0) -> bool:
    """True if all results of a case are ``factor`` times the correct ones."""
    return sample.is_right(factor)


def _wrong(samples: Sequence[Sample], factor: float) -> int:
    """Return how many results are not ``factor`` times the correct ones; the submission follows the convention with the fewest."""
    return sum(len(sample.answered.keys() - sample.agreeing(sample.right, factor)) for sample in samples)


def _named(mutations: Mutations, function: str, samples: Sequence[Sample], explanation: search.Explanation) -> Findings:
    order = mutations.order(function)
    findings: dict[str, Finding] = {}
    for mutant in explanation.mutants:
        if mutant.bug.name not in explanation.names:
            continue
        changed_names = search.changed_results(mutations, function, mutant, samples[0])
        where = changed_names[0] if changed_names else next(iter(samples[0].answered))
        constants = {name: float(f"{value:.6g}") for name, value in mutant.constants.items()}
        quantity = _quantity(mutant.changes[0]) if mutant.changes else ""
        earlier = findings.get(mutant.bug.name)
        if earlier is None or order.index(where) < order.index(earlier.where):
            findings[mutant.bug.name] = Finding(mutant.bug.name, where, constants, quantity=quantity)
    bugs = sorted(findings.values(), key=lambda finding: order.index(finding.where))
    if any(_lost(sample) for sample in samples):
        values = [search.results(mutations, function, explanation.mutants, sample.inputs) for sample in samples]
        overflow = _overflow(mutations, function, samples, values, explanation.factor)
        bugs += [overflow] if overflow is not None else []
    return Findings(tuple(bugs), mutants=explanation.mutants)


def _quantity(change: Change) -> str:
    """Return the quantity for the title of a bug: an argument that is ignored, else the result that is wrong."""
    is_argument = change.bug == search.IGNORED and change.before.isidentifier()
    return change.before if is_argument else change.quantity


def _lost(sample: Sample) -> bool:
    """True if an answer contains NaN or infinity."""
    return any(not np.isfinite(array.astype(np.float64)).all() for array in sample.answered.values())


def _overflow(
    mutations: Mutations,
    function: str,
    samples: Sequence[Sample],
    values: Sequence[Mapping[str, Any] | None] | None = None,
    factor: float = 1.0,
) -> Finding | None:
    """Return an overflow at the first result that is not finite. None if something else is wrong too.

    It must happen only with large inputs, and the finite entries must be 0 or equal those in ``values``: by default the
    correct values, else the values with the other bugs.
    """
    references = values or [sample.right for sample in samples]
    if any(_lost(sample) and _largest(sample.inputs) < LARGE for sample in samples):
        return None  # for example a square root of a negative number
    some_right = not all(map(_lost, samples))
    for name in mutations.order(function):
        here = False
        for sample, right in zip(samples, references, strict=True):
            if name not in sample.answered or not _lost(sample):
                continue
            answer = sample.answered[name].astype(np.float64)
            if right is None or answer.shape != np.shape(right[name]):
                return None
            is_finite = np.isfinite(answer)
            is_kept = is_finite & (answer != 0)  # a number divided by infinity is 0, and so is the exponential of -1000
            if not alike(answer[is_kept], factor * np.asarray(right[name])[is_kept], sample.relative):
                return None
            here = here or not is_finite.all()
            some_right = some_right or (not is_finite.all() and bool(is_finite.any()))
        if here:
            return Finding("overflow", name) if some_right else None
    return None


def _not_finite(mutations: Mutations, function: str, samples: Sequence[Sample]) -> Finding | None:
    """Return the declared bug with which the same entries of every case are not finite, or None."""
    for mutant in mutations.of(function):
        values = [search.results(mutations, function, [mutant], sample.inputs) for sample in samples]
        if all(map(_lost_in_the_same_places, samples, values)):
            return Finding(mutant.bug.name, next(iter(samples[0].answered)))
    return None


def _lost_in_the_same_places(sample: Sample, values: Mapping[str, Any] | None) -> bool:
    return values is not None and all(
        np.array_equal(np.isfinite(answer.astype(np.float64)), np.isfinite(values[name]))
        for name, answer in sample.answered.items()
    )


def _largest(inputs: Mapping[str, Any]) -> float:
    numbers = [np.asarray(value) for value in inputs.values()]
    return max((float(np.abs(n).max(initial=0)) for n in numbers if n.dtype.kind in "iuf"), default=0.0)
