"""Finds the line inside a function at which the first wrong quantity gets its value.

The rule: a line is marked only if the code shows that the mistake must be there.

1. A result that is right clears the assignments from which it is certainly computed. An assignment in a branch or a loop
   is never cleared.
2. An assignment that follows the formula of the task is not wrong (:mod:`task_formulas`).
3. All other assignments of the function from which a wrong result may be computed are its suspects. If a wrong result has
   a single suspect, that one is marked.
4. Otherwise a named bug helps. It says which quantity of the task is wrong. Its assignment is marked, or else that of the
   only quantity that is computed from it, if the function has exactly one such assignment, if it is a suspect for every
   result that this bug makes wrong, and if all that it is computed from is known to be right. Multiples of the correct
   results are an exception, because a factor may be missing or superfluous in several places. Without such a name, the
   only suspect that all wrong results share is marked if all others follow the task's formulas, once this one has the
   name of a quantity.
5. Several wrong results that share a suspect may have one cause or several. Only a suspect that they share is marked then.
6. A line that uses another function or a global variable of the submission is marked only if that function passed its
   checks, because the mistake may be there.

In all other cases the location stays the definition of the function.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ..assignment.spec import AssignmentSpec
from ..diagnosis import Findings
from ..diagnosis.findings import JudgedResults
from ..student.result_places import ResultPlace
from ..submission.dataflow import Body, NotFollowed
from .task_formulas import TaskFormulas

MOST_SHARED = 4  # suspects that are tried in place of a quantity


@dataclass(frozen=True)
class SubmittedCode:
    """The definition of a function in a submission, the places of its results, and the submission's other names.

    ``functions`` gives functions of the submission the names of the assignment. ``untrusted`` are the submission's
    functions and variables that may contain a mistake, and ``changing`` those that may change an argument.
    """

    definition: ast.FunctionDef
    results: Mapping[str, ResultPlace]
    functions: Mapping[str, str]
    untrusted: Collection[str]
    changing: Collection[str]


def line(content: AssignmentSpec, code: SubmittedCode, judged: JudgedResults, bugs: Findings | None) -> int | None:
    """Return the line of the first wrong quantity in the submission's code; None if the code does not show it."""
    names = [name for name in (*judged.wrong, *judged.right) if name in code.results]
    if not judged.wrong or not {*judged.wrong} <= {*names}:
        return None
    try:
        body = Body(code.definition, code.changing)
        starts = {name: _start(body, code.results[name]) for name in names}
    except (NotFollowed, RecursionError):
        return None
    cleared = set[int]().union(*(body.certain_sources(starts[name]) for name in judged.right if name in starts))
    sources = {name: body.sources(starts[name]) - cleared for name in judged.wrong}
    task = TaskFormulas(content, judged.function, body, code.functions)
    equal = task.equal(starts)
    if not judged.is_multiple:  # a wrong size would only give multiples
        equal |= task.sizes
    suspects = {name: numbers - equal for name, numbers in sources.items()}
    number = next((min(numbers) for numbers in suspects.values() if len(numbers) == 1), None)
    if number is None and bugs is not None and not judged.is_multiple:
        number = _of_bug(task, body, judged, bugs, suspects)
    if number is None:
        number = _of_another_name(task, judged, starts, suspects)
    shared = set.intersection(*sources.values())
    if number is None or (shared and number not in shared) or _uses(body, number) & {*code.untrusted}:
        return None
    return body.assignments[number].line


def _of_another_name(
    task: TaskFormulas, judged: JudgedResults, starts: Mapping[str, int], suspects: Mapping[str, set[int]]
) -> int | None:
    """Return the only suspect that may be the mistake: all wrong results share it, and all other suspects follow the task's
    formulas, with this one in place of a quantity for which the function has no variable of that name."""
    shared = set.intersection(*suspects.values())
    if len(shared) > MOST_SHARED:
        return None
    candidates: set[int] = set()
    for quantity in task.steps.keys() - task.numbers.keys() if shared else ():
        if not {*judged.wrong} <= task.depending(quantity):
            continue
        for number in shared - candidates:
            assumed = task.assuming(quantity, number, is_scaled=not judged.is_multiple)
            others = set.union(*suspects.values()) - {number}
            if others <= assumed.equal(starts, is_scaled=not judged.is_multiple) and number not in assumed.equal(
                starts
            ):
                candidates.add(number)
    return min(candidates) if len(candidates) == 1 else None


def _start(body: Body, result: ResultPlace) -> int:
    """Return the number of the assignment that gives a result its final value."""
    if result.is_returned:
        return body.result(result.path)
    own = (body.instance,) if result.is_attribute else ()
    name, *keys = result.path
    return body.last((*own, str(name), *map(repr, keys)))


def _uses(body: Body, number: int) -> set[str]:
    """Return the names that an assignment reads from outside of the function, and the attributes of the instance."""
    places = body.assignments[number].reads
    attributes = {place[1] for place in places if place[0] == body.instance and len(place) > 1}
    return attributes | {place[0] for place in places} - body.local_names


def _of_bug(
    task: TaskFormulas, body: Body, judged: JudgedResults, bugs: Findings, suspects: Mapping[str, set[int]]
) -> int | None:
    """Return the only assignment of the first quantity that the bug replaces, if it explains what is wrong."""
    if bugs.alternatives or any(mutant.bug.function != judged.function for mutant in bugs.mutants):
        return None
    replaced = {name for mutant in bugs.mutants for name in mutant.steps}
    quantity = next((name for name in task.steps if name in replaced), None)
    if quantity is None:
        return None
    changed = task.depending(quantity)
    number = task.only_assignment(quantity)
    # An updated weight is computed from itself; that is not a further step.
    while number is None and len(users := task.users.get(quantity, set()) - {quantity}) == 1:
        (quantity,) = users
        number = task.only_assignment(quantity)
    concerned = [name for name in judged.wrong if name in changed]
    if number is None or not concerned or not all(number in suspects[name] for name in concerned):
        return None
    right = {task.only_assignment(name) for name in task.steps.keys() - changed}
    others = set.union(*(suspects[name] for name in concerned)) & body.sources(number) - {number}
    return number if others <= right else None
