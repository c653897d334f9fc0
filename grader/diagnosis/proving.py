"""Checks what an assignment declares about bugs: the steps are correct, and every mutation changes a result."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..assignment import Assignment
from ..assignment.check import ProbedCheck
from ..assignment.formulas import Formula
from ..assignment.sequence_steps import STATE_BUGS
from ..expected import probes
from ..expected.author import type_and_message
from ..expected.mutant import Mutant
from ..expected.mutations import Mutations, NamedValues
from ..expected.probes import Case
from ..expected.reference import Oracle
from ..support.errors import NotGradable, UsageError
from . import catalogue
from .samples import alike, are_same

SEED = 0  # the seed for which reference answers are recorded


def problems(assignment: Assignment) -> Iterator[str]:
    """Yield a sentence for every wrong declaration."""
    content, oracle, mutations = assignment.content, Oracle(assignment), Mutations(assignment)
    for bug in content.bugs:
        try:
            catalogue.texts(bug.name, content)
        except UsageError as error:
            yield str(error)
    functions = dict.fromkeys([*content.steps, *(bug.function for bug in content.bugs)])
    without_effect: dict[str, str] = {}  # bugs of classes: one sequence with an effect is enough
    names_with_effect: set[str] = set()
    for function in functions:
        cases = list(cases_of(assignment, oracle, function))
        if not cases:
            yield f"No check calls {function} on a probe, so its bugs are never found."
            continue
        yield from _unknown_inputs(assignment, function, cases)
        try:
            wrong_steps = [*_wrong_steps(mutations, oracle, function, cases)] if mutations.has_steps(function) else []
            yield from wrong_steps
            if wrong_steps:
                continue  # its bugs are changes of these steps
            sentences, names = _effects(mutations, oracle, function, cases)
            if function in content.sequences:
                without_effect = {**sentences, **without_effect}
                names_with_effect |= names
            else:
                yield from sentences.values()
        except NotGradable as error:  # a path that does not exist
            yield str(error)
    yield from (text for name, text in without_effect.items() if name not in names_with_effect)


def _unknown_inputs(assignment: Assignment, function: str, cases: list[Case]) -> Iterator[str]:
    """Yield a sentence for each factor expression of a detector that no case can compute."""
    for bug in assignment.content.bugs:
        factor = bug.parameters.get("factor")
        if bug.function == function and isinstance(factor, str):
            for name in Formula(factor).needs:
                if not any(name in case.inputs for case in cases):
                    yield f"The bug {bug.name} has the factor {factor}, but {name} is not an input of {function}."


def cases_of(assignment: Assignment, oracle: Oracle, function: str, seed: int = SEED) -> Iterator[Case]:
    """Yield the cases on which checks call a function with that seed, including those of replacement probes."""
    content = assignment.content
    for check in content.checks:
        if inputs := check.inputs_of_diagnosis(function, seed):
            yield Case(check.name, dict(inputs))
        if function not in check.functions():
            continue
        if changed := check.changed_inputs():
            case, *_others = probes.cases(content, [*check.probe_names()], seed)
            complete = content.functions[function].complete
            yield from (Case(name, complete({**case.inputs, name: value})) for name, value in changed.items())
        if not isinstance(check, ProbedCheck) and function not in {*content.sequences, *content.judged_classes}:
            continue
        instead = [content.probes[name].fallback for name in check.probe_names()]
        names = [*check.probe_names(), *(name for name in dict.fromkeys(instead) if name)]
        for case in probes.cases(content, names, seed) if not {*check.own_inputs()} else ():
            inputs = dict(case.inputs)
            for given_function in check.given_functions():
                inputs |= oracle.results(given_function, inputs)
            yield Case(case.name, content.functions[function].complete(inputs) | inputs)


def by_steps(mutations: Mutations, function: str, case: Case) -> tuple[NamedValues, str]:
    """Return the results of the steps of ``function`` in a case, and a problem: "cannot be computed ..." or ""."""
    try:
        return mutations.results(function, [], case.inputs), ""
    except NotGradable:
        raise
    except Exception as error:
        return {}, f"cannot be computed in the case '{case.name}' ({type_and_message(error)})"


def _wrong_steps(mutations: Mutations, oracle: Oracle, function: str, cases: list[Case]) -> Iterator[str]:
    for case in cases:
        right = oracle.results(function, case.inputs)
        values, problem = by_steps(mutations, function, case)
        if problem:
            yield f"The steps of {function} {problem}."
            return
        for name, value in right.items():
            if np.shape(values[name]) != np.shape(value) and np.squeeze(values[name]).shape != np.squeeze(value).shape:
                yield f"The steps of {function} return {name} with the shape {np.shape(values[name])}, but the reference with {np.shape(value)}."
                return
            if not alike(values[name], value):
                yield f"The steps of {function} return a different {name} than the reference in the case '{case.name}'."
                return


def _changes(mutations: Mutations, oracle: Oracle, function: str, mutant: Mutant, case: Case) -> bool:
    right = oracle.results(function, case.inputs)
    mutant = mutant if mutant.bug.unknown is None else mutant.with_constant(1e-3)
    try:
        values = mutations.results(function, [mutant], case.inputs)
    except NotGradable:
        raise
    except Exception:  # its arrays do not match in this case, but they may in another
        return False
    return any(not are_same(values[name], right[name]) for name in right)


def _effects(mutations: Mutations, oracle: Oracle, function: str, cases: list[Case]) -> tuple[dict[str, str], set[str]]:
    """Return a sentence for each bug with a mutant that changes no result, and the names of those with one that does.

    A sentence says why, and what to do. Bugs of the state are not declared, and have a mutant for each part of it.
    """
    sentences: dict[str, str] = {}
    names: set[str] = set()
    for mutant in mutations.of(function):
        if any(_changes(mutations, oracle, function, mutant, case) for case in cases):
            names.add(mutant.bug.name)
            continue
        name, problem = f"The bug {mutant.bug.name} of {function}", _problem_of(mutations, function, mutant, cases)
        if problem:
            sentence = f"{name} cannot be computed ({problem}): {_declaration(mutant)}."
        elif mutant.bug.name in STATE_BUGS:
            sentence = f"{name} changes no result ({_declaration(mutant)}); add a call after which it does."
        else:
            sentence = (
                f"{name} changes no result ({_declaration(mutant)}); add a probe on which it does, or remove the bug."
            )
        sentences.setdefault(mutant.bug.name, sentence)
    return sentences, names


def _problem_of(mutations: Mutations, function: str, mutant: Mutant, cases: list[Case]) -> str:
    """Return the exception that a mutant raises in a case, or ""."""
    complete = mutant if mutant.bug.unknown is None else mutant.with_constant(1e-3)
    try:
        for case in cases:
            mutations.results(function, [complete], case.inputs)
    except NotGradable:
        raise
    except Exception as error:
        return type_and_message(error)
    return ""


def _declaration(mutant: Mutant) -> str:
    """Return the declaration of a mutant as a string that can be found in the file."""
    steps = {name: formula.text for name, formula in mutant.steps.items()}
    return str(mutant.bug.options or mutant.bug.mutation or steps)
