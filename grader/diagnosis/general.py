"""Names the bugs that the general detectors find, alone or together with one declared mutation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ..assignment.spec import AssignmentSpec
from ..expected.mutant import Mutant
from ..expected.mutations import Mutations
from . import detectors, generated, search
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
    "applied": "further-function",
    "shifted": "shifted-range",
    "constant": "same-for-all-inputs",
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
    single_findings = [
        findings
        for factor in factors
        if (findings := _detected(content, function, samples, _scaled([s.right for s in samples], factor), order))
    ]
    if not single_findings:
        return None
    # A factor with a specific name says more than any number.
    return Findings(
        tuple(min(single_findings, key=lambda findings: [bug.bug for bug in findings] == [GENERAL["factor"]]))
    )


def on_top(
    content: AssignmentSpec, mutations: Mutations, function: str, samples: Sequence[Sample], factors: Sequence[float]
) -> Findings | None:
    """Return the explanation of all wrong results by a mutation and one detector, or None."""
    order = mutations.order(function)
    for mutant, changed_names, values in _changing(mutations, function, samples, factors):
        detected_findings = _detected(content, function, samples, values, order)
        if detected_findings and len(detected_findings) == 1:  # and the mutation is the second
            quantity = mutant.changes[0].quantity if mutant.changes else ""
            mutant_finding = Finding(mutant.bug.name, min(changed_names, key=order.index), quantity=quantity)
            both = sorted([mutant_finding, *detected_findings], key=lambda finding: order.index(finding.where))
            return Findings(tuple(both), mutants=(mutant,))
    return None


def _changing(
    mutations: Mutations, function: str, samples: Sequence[Sample], factors: Sequence[float]
) -> Iterator[tuple[Mutant, set[str], list[dict[str, Any]]]]:
    """Yield (mutant, results that it changes, its values in each case) for mutants that explain some wrong results."""
    declared = [mutant for mutant in mutations.of(function) if mutant.bug.unknown is None and not mutant.bug.accepted]
    for factor in factors:
        explaining = generated.explaining_some(mutations, function, samples[0], factor)
        for mutant in [*declared, *explaining] if mutations.can_compute(function) else ():
            first = search.results(mutations, function, [mutant], samples[0].inputs)
            if first is None or not all(np.isfinite(array).all() for array in first.values()):
                continue
            changed_names = set(search.changed_results(mutations, function, mutant, samples[0]))
            if not _explains_some(samples[0], _scaled([first], factor)[0], changed_names):
                continue
            values = [search.results(mutations, function, [mutant], sample.inputs) for sample in samples]
            complete_values = [item for item in values if item is not None]
            if len(complete_values) == len(samples):
                yield mutant, changed_names, _scaled(complete_values, factor)


def _scaled(values: Sequence[Mapping[str, Any]], factor: float) -> list[dict[str, Any]]:
    return [{name: factor * array for name, array in item.items()} for item in values]


def _explains_some(sample: Sample, mutated_values: dict[str, Any], changed_names: set[str]) -> bool:
    """True if a changed result of the mutant equals the answer, a multiple of it, or the answer of another result."""
    for name in changed_names & sample.answered.keys():
        multiple = projection([sample.answered[name]], [mutated_values[name]]) if name != sample.history else None
        if sample.agrees(name, mutated_values[name], 1.0 if multiple is None else multiple):
            return True
        if any(other != name and sample.agrees(other, mutated_values[name]) for other in sample.answered):
            return True
    return False


def _detected(
    content: AssignmentSpec, function: str, samples: Sequence[Sample], right: Right, order: list[str]
) -> list[Finding] | None:
    """Return the detectors' findings for all wrong results; None if a wrong result is not explained."""
    by_bug: dict[str, Finding] = {}
    wrong_count = 0
    clipped_names = _clipped_alike(samples, right, order)
    for name in order:
        if name not in samples[0].answered or name in clipped_names:
            continue
        if all(sample.agrees(name, values[name]) for sample, values in zip(samples, right, strict=True)):
            continue
        findings = _of_result(content, function, samples, name, right)
        if findings is None:
            return None
        wrong_count += 1
        for finding in findings:
            earlier = by_bug.setdefault(finding.bug, finding)
            if finding.bug == GENERAL["rounded"]:
                continue  # a number may end in zeros
            if {**earlier.parameters, "other": None} != {**finding.parameters, "other": None}:
                return None  # for example two different factors, which these numbers cannot prove
    if clipped_names:
        bug = next(
            (b.name for b in content.bugs if b.detector == "clipped" and b.function == function), GENERAL["clipped"]
        )
        by_bug.setdefault(bug, Finding(bug, clipped_names[0]))
    is_scaled = any(
        "factor" in finding.parameters and "offset" not in finding.parameters for finding in by_bug.values()
    )
    if function in content.sequences and is_scaled and (len(by_bug) > 1 or wrong_count < len(samples[0].answered)):
        return None  # a factor that changes from call to call is not a constant that is wrong
    return sorted(by_bug.values(), key=lambda finding: order.index(finding.where))


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
    joint_samples = []
    for sample, values in zip(samples, right, strict=True):
        pairs = [(np.squeeze(sample.answered[name]), np.squeeze(values[name])) for name in names]
        if any(answer.shape != right_value.shape for answer, right_value in pairs):
            return []
        joint_arrays = tuple(
            np.concatenate([np.ravel(pair[side]).astype(np.float64) for pair in pairs]) for side in (0, 1)
        )
        joint_samples.append((replace(sample, answered={CLIPPED: joint_arrays[0]}), {CLIPPED: joint_arrays[1]}))
    limits = detectors.clipped(
        [sample for sample, _ in joint_samples], CLIPPED, [right_value for _, right_value in joint_samples]
    )
    return names if limits else []


def _is_repeated(samples: Sequence[Sample], other: str, right: Right) -> bool:
    """True if the other result has its own place as well, so that the results are not in another order."""
    return other in samples[0].answered and all(
        sample.agrees(other, values[other]) for sample, values in zip(samples, right, strict=True)
    )


def _of_result(
    content: AssignmentSpec, function: str, samples: Sequence[Sample], name: str, right: Right
) -> list[Finding] | None:
    for detector, detect in detectors.DETECTORS.items():
        parameters = detect(samples, name, right)
        if parameters is None:
            continue
        for bug in content.bugs:
            if bug.detector != detector or bug.function != function:
                continue
            if all(_has(parameters, samples, key, value) for key, value in bug.parameters.items()):
                return [Finding(bug.name, name, _reported(parameters))]
        if detector == "permuted" and _is_repeated(samples, parameters["other"], right):
            return [Finding("another-quantity", name)]
        if detector != "factor":
            return [Finding(GENERAL[detector], name, parameters)]
        if parameters["factor"] is not None:
            names = FACTORS.get(round(parameters["factor"], 5), (GENERAL["factor"],))
            if names == (GENERAL["factor"],) and detectors.is_one_number(samples, name):
                return None  # one number is some multiple of any other
            return [Finding(bug, name, _reported(parameters)) for bug in names]
    return None


def _has(parameters: Parameters, samples: Sequence[Sample], key: str, value: Any) -> bool:
    if key == "factor" and "factors" in parameters:
        return detectors.is_factor(parameters, samples, value)
    return bool(parameters.get(key) == value)


def _reported(parameters: Parameters) -> Parameters:
    """Return the parameters without those that are only used to find the name."""
    return {key: value for key, value in parameters.items() if key != "factors" and value is not None}
