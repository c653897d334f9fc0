"""Takes the steps of an assignment from its solution, where none are declared: those that agree with the reference."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..assignment import Assignment
from ..expected import recorded_steps, taken_apart
from ..expected.mutations import Mutations
from ..expected.reference import Oracle
from ..expected.taken_apart import Steps
from ..judging.compare import accepted_histories
from .proving import by_steps, cases_of
from .samples import alike

TOLERANCE = 1e-9  # of the largest entry


def of_solution(assignment: Assignment, oracle: Oracle) -> dict[str, Steps]:
    """Return {function: steps} of the functions that checks call on probes and that have no declared steps.

    A function is left out if it has statements that are not allowed in steps, or if its results in a case differ from the
    reference's. Raises NotGradable if the reference cannot be computed.
    """
    content = assignment.content
    source = assignment.file(content.solution).read_text()
    others = {*content.functions}
    candidates: dict[str, Steps] = {}
    for function in content.functions_on_probes():
        if function not in content.steps:
            try:
                steps = taken_apart.steps_of(source, function, content.functions[function], others)
            except (SyntaxError, ValueError):  # for example a notebook
                return {}
            if steps is not None:
                candidates[function] = steps
    mutations = Mutations(assignment, candidates)
    return {name: steps for name, steps in candidates.items() if _agrees(assignment, oracle, mutations, name)}


def problems(assignment: Assignment) -> Iterator[str]:
    """Yield a sentence if the recorded steps are not those of the solution."""
    if recorded_steps.is_outdated(assignment):
        name = assignment.name if assignment.is_bundled else assignment.folder
        file = recorded_steps.file_of(assignment).name
        yield f"{file} was recorded from another solution or other functions: run 'grader reference {name} --write'."


def _agrees(assignment: Assignment, oracle: Oracle, mutations: Mutations, function: str) -> bool:
    """True if the steps of a function give the reference's results in all cases."""
    history = assignment.content.functions[function].history
    cases = 0
    for case in cases_of(assignment, oracle, function):
        right = oracle.results(function, case.inputs)
        values, problem = by_steps(mutations, function, case)
        if problem:
            return False
        for name, value in right.items():
            ways = accepted_histories(value) if name == history else [value]
            if not any(np.shape(values[name]) == np.shape(way) and alike(values[name], way, TOLERANCE) for way in ways):
                return False
        cases += 1
    return cases > 0
