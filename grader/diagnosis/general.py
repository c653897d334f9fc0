"""Names the bugs that the general detectors find, alone or together with one declared mutation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..assignment.spec import AssignmentSpec
from ..expected.mutations import Mutant, Mutations
from . import detectors, search
from .detectors import Parameters, Right
from .findings import Finding, Findings
from .samples import Sample, projection

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
CLIPPED = "clipped"  # the name for several results that are examined together
FACTORS = {  # factors with specific bug names
    2.0: ("stray-factor-two",),
    0.5: ("missing-factor-two",),
    -1.0: ("sign-flipped",),
    -2.0: ("sign-flipped", "stray-factor-two"),
    -0.5: ("sign-flipped", "missing-factor-two"),
}


def find(
    content: AssignmentSpec, mutations: Mutations, function: str, samples: Sequence[Sample], factors: Sequence[float]
) -> Findings | None:
    """Return the detectors' explanation of all wrong results, or None. ``factors`` are those of the accepted conventions."""
    order = mutations.order(function)
    alone = [
        found
        for factor in factors
        if (found := _detected(content, function, samples, _scaled([s.right for s in samples], factor), order))
    ]
    if alone:  # a factor with a specific name says more than any number
        return Findings(tuple(min(alone, key=lambda found: [bug.bug for bug in found] == [GENERAL["factor"]])))
    for mutant, changed, values in _changing(mutations, function, samples, factors):
        detected = _detected(content, function, samples, values, order)
        if detected and len(detected) == 1:  # and the mutation is the second
            mutated = Finding(mutant.bug.name, min(changed, key=order.index))
            both = sorted([mutated, *detected], key=lambda finding: order.index(finding.where))
            return Findings(tuple(both), mutants=(mutant,))
    return None


def _changing(
    mutations: Mutations, function: str, samples: Sequence[Sample], factors: Sequence[float]
) -> Iterator[tuple[Mutant, set[str], list[dict[str, Any]]]]:
    """Yield (mutant, results that it changes, its values in each case) for mutants that explain some wrong results."""
    complete = [mutant for mutant in mutations.of(function) if mutant.bug.unknown is None]
    for factor in factors:
        for mutant in complete if mutations.known(function) else ():
            first = search.results(mutations, function, [mutant], samples[0].inputs)
            if first is None or not all(np.isfinite(array).all() for array in first.values()):
                continue
            changed = set(search.changed(mutations, function, mutant, samples[0]))
            if not _explains_some(samples[0], _scaled([first], factor)[0], changed):
                continue
            values = [search.results(mutations, function, [mutant], sample.inputs) for sample in samples]
            fitting = [item for item in values if item is not None]
            if len(fitting) == len(samples):
                yield mutant, changed, _scaled(fitting, factor)


def _scaled(values: Sequence[Mapping[str, Any]], factor: float) -> list[dict[str, Any]]:
    return [{name: factor * array for name, array in item.items()} for item in values]


def _explains_some(sample: Sample, mutated: dict[str, Any], changed: set[str]) -> bool:
    """True if a changed result of the mutant equals the answer, a multiple of it, or the answer of another result."""
    for name in changed & sample.answered.keys():
        multiple = projection([sample.answered[name]], [mutated[name]]) if name != sample.history else None
        if sample.agrees(name, mutated[name], 1.0 if multiple is None else multiple):
            return True
        if any(other != name and sample.agrees(other, mutated[name]) for other in sample.answered):
            return True
    return False


def _detected(
    content: AssignmentSpec, function: str, samples: Sequence[Sample], right: Right, order: list[str]
) -> list[Finding] | None:
    """Return the detectors' findings for all wrong results; None if a wrong result is not explained."""
    found: dict[str, Finding] = {}
    clipped = _clipped_alike(samples, right, order)
    for name in order:
        if name not in samples[0].answered or name in clipped:
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
            if {**known.found, "other": None} != {**finding.found, "other": None}:
                return None  # for example two different factors, which these numbers cannot prove
    if clipped:
        bug = next(
            (b.name for b in content.bugs if b.detector == "clipped" and b.function == function), GENERAL["clipped"]
        )
        found.setdefault(bug, Finding(bug, clipped[0]))
    return sorted(found.values(), key=lambda finding: order.index(finding.where))


def _clipped_alike(samples: Sequence[Sample], right: Right, order: list[str]) -> list[str]:
    """Return the wrong results if there are several and one pair of limits clips them all, else an empty list.

    All entries of some of them may be beyond the limits.
    """
    names = [
        name
        for name in order
        if name in samples[0].answered
        and name != samples[0].history
        and not all(sample.agrees(name, values[name]) for sample, values in zip(samples, right, strict=True))
    ]
    if len(names) < 2:
        return []
    together = []
    for sample, values in zip(samples, right, strict=True):
        pairs = [(np.squeeze(sample.answered[name]), np.squeeze(values[name])) for name in names]
        if any(given.shape != wanted.shape for given, wanted in pairs):
            return []
        joined = tuple(np.concatenate([np.ravel(pair[side]).astype(np.float64) for pair in pairs]) for side in (0, 1))
        together.append((replace(sample, answered={CLIPPED: joined[0]}), {CLIPPED: joined[1]}))
    found = detectors.clipped([sample for sample, _ in together], CLIPPED, [wanted for _, wanted in together])
    return names if found else []


def _of_result(
    content: AssignmentSpec, function: str, samples: Sequence[Sample], name: str, right: Right
) -> list[Finding] | None:
    for detector, detect in detectors.DETECTORS.items():
        found = detect(samples, name, right)
        if found is None:
            continue
        for bug in content.bugs:
            if bug.detector != detector or bug.function != function:
                continue
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
    """Return the parameters without those that are only used to find the name."""
    return {key: value for key, value in found.items() if key != "factors" and value is not None}
