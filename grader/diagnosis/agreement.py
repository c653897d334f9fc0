"""Proves that the steps of an assignment compute the same as its reference, so that they can replace it.

The steps are compared with the live reference, for each seed on all cases that checks use. If they are derivatives, they
are also compared with central differences of the reference's objective. Neither the solution nor recorded answers count
as evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..assignment import Assignment
from ..expected.mutations import Mutations
from ..expected.probes import Case
from ..expected.proof import Proof, ProvenFunction, digest_of_steps
from ..expected.reference import Array, Oracle
from ..machine.packages import tensorflow_version
from ..worker import values
from .proving import by_steps, cases_of

SEEDS = range(20)
TOLERANCE = 1e-9  # of the largest entry of a result; another order of float64 operations changes it by about 1e-13
ROUNDINGS = 8  # rounding errors of the reference's dtype, if that tolerance is larger
# A random direction depends on every entry of a large parameter; differences of each entry would take minutes.
MOST_DIFFERENCES = 8


@dataclass
class Compared:
    """The comparison of one function. ``problem`` is a sentence, "" if steps and reference agree."""

    cases: int = 0
    difference: float = 0.0
    central_differences: float | None = None
    dtypes: dict[str, str] = field(default_factory=dict)
    problem: str = ""


def compare(assignment: Assignment, seeds: range = SEEDS) -> dict[str, Compared]:
    """Compare the steps of each function with the reference. Returns {function: comparison}.

    Raises NotGradable if the reference cannot be computed.
    """
    oracle, mutations = Oracle(assignment, live=True), Mutations(assignment)
    if assignment.reference_file() is None:
        return {}
    comparisons = {function: Compared() for function in assignment.content.steps if mutations.has_steps(function)}
    for function, comparison in comparisons.items():
        seen_cases = set[tuple[str, bytes]]()
        for seed in seeds:
            for case in cases_of(assignment, oracle, function, seed):
                tree, payload = values.encode(case.inputs)  # many cases do not depend on the seed
                if (f"{tree}", payload) not in seen_cases and not comparison.problem:
                    seen_cases.add((f"{tree}", payload))
                    _compare_case(assignment, oracle, mutations, function, case, comparison)
        if not comparison.cases and not comparison.problem:
            comparison.problem = f"no check calls {function} on a probe"
    return comparisons


def proof_of(assignment: Assignment, comparisons: dict[str, Compared], seeds: range = SEEDS) -> Proof:
    """Return the proof to be recorded, for the functions that agree."""
    functions = {
        name: ProvenFunction.model_validate(item, from_attributes=True)
        for name, item in comparisons.items()
        if not item.problem
    }
    return Proof(
        schema="grader.proof/1",
        reference=assignment.reference_digest(),
        steps=digest_of_steps(assignment),
        tensorflow=tensorflow_version(),
        seeds=len(seeds),
        functions=functions,
    )


def _compare_case(
    assignment: Assignment, oracle: Oracle, mutations: Mutations, function: str, case: Case, comparison: Compared
) -> None:
    right = oracle.results(function, case.inputs)
    steps, problem = by_steps(mutations, function, case)
    if problem:
        comparison.problem = f"they {problem}"
        return
    for name, value in right.items():
        comparison.dtypes[name] = value.dtype.name
        if np.shape(steps[name]) != value.shape:
            comparison.problem = f"{name} has the shape {np.shape(steps[name])}, the reference's has {value.shape}, in the case '{case.name}'"
            return
        difference = _difference(steps[name].astype(value.dtype), value)
        if not difference <= _tolerance(value.dtype):
            comparison.problem = f"{name} differs by {difference:.1e} of its largest entry in the case '{case.name}'"
            return
        comparison.difference = max(comparison.difference, difference)
    for objective, parameter, name in _derivatives(assignment, function):
        witness = oracle.confirms(function, objective, case.inputs, parameter, steps[name], MOST_DIFFERENCES)
        if witness is None:
            comparison.problem = (
                f"{name} is not the derivative of {objective} by central differences in the case '{case.name}'"
            )
            return
        comparison.central_differences = max(comparison.central_differences or 0.0, witness)
    comparison.cases += 1


def _tolerance(dtype: np.dtype[Any]) -> float:
    return max(TOLERANCE, ROUNDINGS * float(np.finfo(dtype).eps)) if dtype.kind == "f" else 0.0


def _difference(one: Array, other: Array) -> float:
    """Return the largest difference of entries, relative to the largest entry; infinite if NaN or infinity differ."""
    one, other = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    if same.all():
        return 0.0
    if not (np.isfinite(one) & np.isfinite(other))[~same].all():
        return float("inf")
    largest = float(np.max(np.abs(other), initial=0.0, where=np.isfinite(other)))
    return float(np.max(np.abs(one - other)[~same])) / (largest or 1.0)


def _derivatives(assignment: Assignment, function: str) -> Iterator[tuple[str, str, str]]:
    """Yield (objective, parameter, name of the result) of each derivative that the function returns."""
    for check in assignment.content.checks:
        if function in check.functions():
            yield from check.derivatives()
