"""The results of a function in each convention that an assignment accepts.

A convention is a common factor of all results, or a declared bug that is ``accepted``. Both cost nothing, and a note names them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from ...assignment.spec import AssignmentSpec
from ...diagnosis import catalogue
from ...expected.mutant import Mutant
from ...expected.probes import ProbeInputs
from ...support.errors import UsageError
from ...support.i18n import _
from ..context import Context

Answers = dict[str, Any]


def expected(context: Context, function: str, inputs: Answers, results: Answers) -> dict[str, Answers]:
    """Return ``results`` under "", and under its name what they are in each accepted convention.

    If ``results`` are some of the results of the function, only these are returned.
    """
    declared = context.content.functions[function]
    scaled = {
        name: {key: factor * item for key, item in results.items()} for name, factor in declared.conventions.items()
    }
    of_bugs = {
        name: _of_bug(context, function, mutant, inputs, [*results])
        for name, mutant in _accepted(context, function).items()
    }
    return {"": results, **scaled, **{name: values for name, values in of_bugs.items() if values is not None}}


def expected_in(convention: str, context: Context, function: str, inputs: Answers) -> Answers | None:
    """Return the results of a function in one of the conventions of :func:`expected`, without computing the others.

    Returns None if they cannot be computed in this convention.
    """
    declared = context.content.functions[function]
    factor = declared.conventions.get(convention, None if convention else 1.0)
    if factor is not None:
        return {name: factor * item for name, item in context.oracle.results(function, inputs).items()}
    mutant = _accepted(context, function).get(convention)
    return None if mutant is None else _of_bug(context, function, mutant, inputs, declared.returns)


def each(
    content: AssignmentSpec, forms: Sequence[dict[str, Answers]]
) -> Iterator[tuple[str, list[str], list[Answers]]]:
    """Yield (convention, sentences about it, expected results of all cases) for each convention that all cases have.

    ``forms`` has the results of each case that :func:`expected` returns.
    """
    for convention in forms[0]:
        if all(convention in form for form in forms):
            yield convention, _sentences(content, convention), [form[convention] for form in forms]


def each_in_turn(
    context: Context, function: str, inputs: Sequence[Answers]
) -> Iterator[tuple[str, list[str], list[Answers]]]:
    """Yield what :func:`each` yields, for cases with these inputs. The results of a convention are computed when it comes."""
    for convention in ("", *context.content.functions[function].conventions, *_accepted(context, function)):
        forms = [expected_in(convention, context, function, values) for values in inputs]
        computed = [form for form in forms if form is not None]
        if len(computed) == len(forms):
            yield convention, _sentences(context.content, convention), computed


def _sentences(content: AssignmentSpec, convention: str) -> list[str]:
    return [note(content, convention)] if convention else []


def _accepted(context: Context, function: str) -> dict[str, Mutant]:
    """Return {convention: accepted bug}. A convention that has several forms has a number in the names of the later ones."""
    accepted: dict[str, Mutant] = {}
    for mutant in context.mutations.of(function):
        bug = mutant.bug
        if bug.accepted and (not bug.only_with or context.log.conventions.get(bug.only_with) == bug.name):
            accepted[_another(bug.name, accepted)] = mutant
    return accepted


def _of_bug(context: Context, function: str, mutant: Mutant, inputs: Answers, names: Sequence[str]) -> Answers | None:
    """Return the results with these names; None if they cannot be computed."""
    complete = ProbeInputs(context.content.functions[function].complete(inputs) | inputs)
    values = context.mutations.known_results(function, [mutant], complete)
    return None if values is None else {name: values[name] for name in names}


def _another(name: str, names: Collection[str]) -> str:
    """Return a key for a convention that may have several forms."""
    number = sum(key.partition("#")[0] == name for key in names)
    return f"{name}#{number + 1}" if number else name


def follow(context: Context, function: str, convention: str) -> None:
    """Remember that a function follows an accepted bug, so that functions that use it are judged by its results.

    A common factor is not remembered: a chain of functions tries all factors.
    """
    if convention and convention not in context.content.functions[function].conventions:
        context.log.conventions[function] = convention.partition("#")[0]


def note(content: AssignmentSpec, convention: str) -> str:
    """Return the sentence about a convention that was accepted, with an explanation if it has one."""
    name = convention.partition("#")[0]
    sentence = _("Convention {convention}: accepted.").format(convention=name)
    try:
        return f"{sentence} {_(catalogue.texts(name, content).kind)}"
    except UsageError:
        return sentence
