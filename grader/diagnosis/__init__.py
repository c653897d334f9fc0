"""The name of the bug, from the numbers alone.

First the declared mutations of the function are tried (:mod:`search`), one or two at once; then the general
detectors (:mod:`detectors`), on top of one mutation or of none. A name is given only to what explains all
results of all cases; otherwise there is a place and no name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..assignment.content import AssignmentFile
from . import detectors, search
from .detectors import Parameters
from .mutants import Mutant, Mutations
from .samples import Sample, alike, projection

GENERAL = {
    "factor": "constant-factor",
    "transposed": "transposed",
    "permuted": "permuted-results",
    "collapsed": "collapsed-axis",
    "broadcast": "broadcast-to-matrix",
    "truncated": "truncated-to-integers",
    "rounded": "rounded-result",
    "clipped": "clipped-values",
    "shifted": "shifted-range",
}
FACTORS: dict[float, tuple[str, ...]] = {
    2.0: ("stray-factor-two",),
    0.5: ("missing-factor-two",),
    -1.0: ("sign-flipped",),
}
FACTORS |= {sign * -1: ("sign-flipped", *names) for sign, names in list(FACTORS.items()) if sign > 0}


@dataclass(frozen=True)
class Finding:
    """A bug by its name, the first quantity that shows it, and the numbers that were found with it.

    ``function`` is the one that has the bug; "" where it is none.
    """

    bug: str
    where: str
    found: Parameters = field(default_factory=dict, compare=False)
    function: str = ""


@dataclass(frozen=True)
class Findings:
    """The bugs that together explain the numbers; ``alternatives`` would explain them as well."""

    bugs: tuple[Finding, ...]
    alternatives: tuple[Finding, ...] = ()
    mutants: tuple[Mutant, ...] = ()

    def of(self, function: str) -> Findings:
        """The same, as bugs of ``function``."""
        return replace(
            self,
            bugs=tuple(replace(bug, function=function) for bug in self.bugs),
            alternatives=tuple(replace(bug, function=function) for bug in self.alternatives),
        )


def named(bug: str, *where: str) -> Findings:
    """What a check finds out without arrays: one bug, at one place or at several."""
    return Findings(tuple(Finding(bug, place) for place in where))


def find(
    content: AssignmentFile,
    mutations: Mutations,
    function: str,
    samples: Sequence[Sample],
) -> Findings | None:
    """Explain the answers to ``function``; None if nothing declared or general does."""
    found = _found(content, mutations, function, samples)
    return found.of(function) if found is not None else None


def _found(content: AssignmentFile, mutations: Mutations, function: str, samples: Sequence[Sample]) -> Findings | None:
    factors = [1.0, *content.functions[function].conventions.values()]
    if all(any(_is_right(sample, factor) for factor in factors) for sample in samples):
        return None
    overflow = _overflow(samples)
    if overflow is not None:
        return Findings((overflow,))
    samples = [sample for sample in samples if all(np.isfinite(array).all() for array in sample.answered.values())]
    if all(any(_is_right(sample, factor) for factor in factors) for sample in samples):
        return None
    if mutations.known(function) or any(mutant.bug.mutation for mutant in mutations.of(function)):
        explanations = search.explanations(mutations, function, samples, factors)
        if explanations:
            first, *others = [_of_explanation(mutations, function, samples, item) for item in explanations]
            named = {finding.bug for finding in first.bugs}
            further = {finding.bug: finding for other in others for finding in other.bugs if finding.bug not in named}
            return replace(first, alternatives=tuple(further.values()))
    return _by_detectors(content, mutations, function, samples, factors)


def _is_right(sample: Sample, factor: float) -> bool:
    return sample.agreeing(sample.right, factor) >= sample.answered.keys()


def _overflow(samples: Sequence[Sample]) -> Finding | None:
    """NaN or infinity where a number is due, and nothing else wrong before that."""
    lost = {
        name: [~np.isfinite(sample.answered[name].astype(np.float64)) for sample in samples]
        for name in samples[0].answered
    }
    first = next((name for name, masks in lost.items() if any(mask.any() for mask in masks)), None)
    if first is None:
        return None
    for sample, mask in zip(samples, lost[first], strict=True):
        answered, right = sample.answered[first], sample.right[first]
        if answered.shape != right.shape or not alike(answered[~mask], right[~mask], sample.relative):
            return None
    return Finding("overflow", first)


def _of_explanation(
    mutations: Mutations, function: str, samples: Sequence[Sample], explanation: search.Explanation
) -> Findings:
    order = mutations.order(function)
    findings: dict[str, Finding] = {}
    for mutant in explanation.mutants:
        changed = search.changed(mutations, function, mutant, samples[0])
        where = changed[0] if changed else next(iter(samples[0].answered))
        constants = {name: float(f"{value:.6g}") for name, value in mutant.constants.items()}
        known = findings.get(mutant.bug.name)
        if known is None or order.index(where) < order.index(known.where):
            findings[mutant.bug.name] = Finding(mutant.bug.name, where, constants)
    ordered = sorted(findings.values(), key=lambda finding: order.index(finding.where))
    return Findings(tuple(ordered), mutants=explanation.mutants)


def _by_detectors(
    content: AssignmentFile,
    mutations: Mutations,
    function: str,
    samples: Sequence[Sample],
    factors: Sequence[float],
) -> Findings | None:
    order = mutations.order(function)
    alone = [
        found
        for factor in factors
        if (
            found := _detected(content, function, samples, _scaled([sample.right for sample in samples], factor), order)
        )
    ]
    if alone:  # a factor with a name of its own says more than any number
        return Findings(tuple(min(alone, key=lambda found: [bug.bug for bug in found] == [GENERAL["factor"]])))
    for factor in factors:
        for mutant in mutations.of(function) if mutations.known(function) else ():
            if mutant.bug.unknown is not None:
                continue
            scaled = _mutated(mutations, function, mutant, samples, factor)
            if scaled is None:
                continue
            changed = set(search.changed(mutations, function, mutant, samples[0]))
            if not _explains_some(samples[0], scaled[0], changed):
                continue
            detected = _detected(content, function, samples, scaled, order)
            if detected and len(detected) == 1:  # and the mutation is the second
                where = min(changed, key=order.index)
                mutated = Finding(mutant.bug.name, where)
                both = sorted([mutated, *detected], key=lambda finding: order.index(finding.where))
                return Findings(tuple(both), mutants=(mutant,))
    return None


def _mutated(
    mutations: Mutations, function: str, mutant: Mutant, samples: Sequence[Sample], factor: float
) -> list[dict[str, Any]] | None:
    try:
        values = [mutations.results(function, [mutant], sample.inputs) for sample in samples]
    except Exception:  # its arrays do not fit here
        return None
    return _scaled(values, factor)


def _scaled(values: Sequence[dict[str, Any]], factor: float) -> list[dict[str, Any]]:
    return [{name: factor * array for name, array in item.items()} for item in values]


def _explains_some(sample: Sample, mutated: dict[str, Any], changed: set[str]) -> bool:
    """Whether one of the results that a mutant changes is as answered, or a multiple of that, or in another place."""
    for name in changed & sample.answered.keys():
        multiple = projection([sample.answered[name]], [mutated[name]]) if name != sample.history else None
        if sample.agrees(name, mutated[name], 1.0 if multiple is None else multiple):
            return True
        if any(other != name and sample.agrees(other, mutated[name]) for other in sample.answered):
            return True
    return False


def _detected(
    content: AssignmentFile, function: str, samples: Sequence[Sample], right: Sequence[dict[str, Any]], order: list[str]
) -> list[Finding] | None:
    """What the detectors say of every result that is not right; None if one of them is not explained."""
    found: dict[str, Finding] = {}
    for name in order:
        if name not in samples[0].answered:
            continue
        if all(sample.agrees(name, values[name]) for sample, values in zip(samples, right, strict=True)):
            continue
        findings = _of_result(content, function, samples, name, right)
        if findings is None:
            return None
        for finding in findings:
            known = found.setdefault(finding.bug, finding)
            if finding.bug == GENERAL["rounded"]:
                continue  # a number may end in zeros
            if {**known.found, "other": None, "factors": None} != {**finding.found, "other": None, "factors": None}:
                return None  # two different factors, say: one bug more than these numbers can bear out
    return list(found.values())


def _of_result(
    content: AssignmentFile, function: str, samples: Sequence[Sample], name: str, right: Sequence[dict[str, Any]]
) -> list[Finding] | None:
    if name == samples[0].history and all(
        alike(sample.answered[name], values[name]) for sample, values in zip(samples, right, strict=True)
    ):
        return [Finding("losses-too-long", name)]
    shaped = [
        np.squeeze(sample.answered[name]).shape == np.squeeze(values[name]).shape
        for sample, values in zip(samples, right, strict=True)
    ]
    constant = all(np.ptp(sample.answered[name]) == 0 for sample in samples if sample.answered[name].size)
    for detector, detect in detectors.DETECTORS.items():
        if detector in ("truncated", "rounded") and (constant or not all(shaped)):
            continue
        found = detect(samples, name, right)
        if found is None:
            continue
        declared = [bug for bug in content.bugs if bug.detector == detector and bug.function == function]
        for bug in declared:
            if all(_has(found, samples, key, wanted) for key, wanted in bug.parameters.items()):
                return [Finding(bug.name, name, _told(found))]
        if detector != "factor":
            return [Finding(GENERAL[detector], name, found)]
        if found["factor"] is not None:
            names = FACTORS.get(round(found["factor"], 5), (GENERAL["factor"],))
            return [Finding(bug, name, _told(found)) for bug in names]
    return None


def _has(found: Parameters, samples: Sequence[Sample], key: str, wanted: Any) -> bool:
    if key == "factor" and "factors" in found:
        return detectors.is_factor(found, samples, wanted)
    return bool(found.get(key) == wanted)


def _told(found: Parameters) -> Parameters:
    """The parameters without what is only for finding the name."""
    return {key: value for key, value in found.items() if key != "factors" and value is not None}
