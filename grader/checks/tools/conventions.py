"""The results of a function in each convention that an assignment accepts.

A convention is a common factor of all results, or a declared bug that is ``accepted``. Both cost nothing, and a note names them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...assignment.spec import AssignmentSpec
from ...diagnosis import catalogue
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
    return {"": results, **scaled, **_of_bugs(context, function, inputs, [*results])}


def expected_in(convention: str, context: Context, function: str, inputs: Answers) -> Answers | None:
    """Return the results of a function in one of the conventions of :func:`expected`, without computing the others.

    Returns None if they cannot be computed in this convention.
    """
    declared = context.content.functions[function]
    factor = declared.conventions.get(convention, 1.0 if not convention else None)
    if factor is not None:
        return {name: factor * item for name, item in context.oracle.results(function, inputs).items()}
    return _of_bugs(context, function, inputs, declared.returns, convention.partition("#")[0]).get(convention)


def each(
    content: AssignmentSpec, forms: Sequence[dict[str, Answers]]
) -> Iterator[tuple[str, list[str], list[Answers]]]:
    """Yield (convention, sentences about it, expected results of all cases) for each convention that all cases have.

    ``forms`` has the results of each case that :func:`expected` returns.
    """
    for convention in forms[0]:
        if all(convention in form for form in forms):
            accepted = [note(content, convention)] if convention else []
            yield convention, accepted, [form[convention] for form in forms]


def _of_bugs(
    context: Context, function: str, inputs: Answers, results: Sequence[str], only: str = ""
) -> dict[str, Answers]:
    """Return {convention: results with these names} of the accepted bugs, with ``only`` those of the bug of this name."""
    complete = ProbeInputs(context.content.functions[function].complete(inputs) | inputs)
    forms: dict[str, Answers] = {}
    for mutant in context.mutations.of(function):
        bug = mutant.bug
        if not bug.accepted or (only and bug.name != only):
            continue
        if bug.only_with and context.log.conventions.get(bug.only_with) != bug.name:
            continue
        values = context.mutations.known_results(function, [mutant], complete)
        if values is not None:
            forms[_another(bug.name, forms)] = {name: values[name] for name in results}
    return forms


def _another(name: str, forms: dict[str, Answers]) -> str:
    """Return a key for a convention that may have several forms."""
    number = sum(key.partition("#")[0] == name for key in forms)
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
