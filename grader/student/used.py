"""Calls that train a model and then use it: with functions, with the methods of an object, or with both.

Training returns the trained parameters, which stay in the worker and are passed on. Methods of one class are called on one
object, which may keep the parameters instead, as global variables may. A function may also return an object whose method is then called.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..assignment.spec import AssignmentSpec
from ..sandbox.calls import Call, SubmittedFunction
from ..worker.values import Kept
from . import classes, signatures
from .signatures import State

OBJECT = "trained object"  # handles in the worker
RESULT = "trained result"


def calls(
    content: AssignmentSpec,
    names: tuple[str, str],
    targets: tuple[SubmittedFunction, SubmittedFunction],
    methods: classes.Methods,
    inputs: dict[str, Any],
    rows: Mapping[str, Any],
) -> list[Call]:
    """Return the calls in their order. Raises CallError if arguments cannot be bound.

    ``names`` are those of the assignment for training and use, ``targets`` the submission's functions, ``methods`` those of
    its class, ``inputs`` the arguments of training, and ``rows`` those of use without its first one, the trained parameters.
    """
    (train, use), (trainer, user) = names, targets
    before: list[Call] = []
    held_names: frozenset[str] = frozenset()
    if trainer.owner:
        [arguments, *_others] = classes.constructions(content, train, methods, inputs)
        before.append(Call(trainer.owner, [], arguments, keep=OBJECT))
        held_names = frozenset(signatures.match(arguments, inputs, content.aliases).values())
    seconds = content.functions[train].call_seconds
    positional, keywords = signatures.bind_arguments(content, train, trainer, inputs, state=State({}, held_names))
    on = OBJECT if trainer.owner else ""
    label = f"{trainer.owner}.{trainer.name}" if trainer.owner else ""
    before.append(Call(trainer.name, positional, keywords, keep=RESULT, seconds=seconds, on=on, shown_as=label))
    parameters = content.functions[use].argument_names()[0]
    values = {parameters: Kept(RESULT), **rows}
    label = f"{user.owner}.{user.name}" if user.owner else ""
    on = "" if not user.owner else OBJECT if trainer.owner else RESULT
    has_state = bool(user.owner) or not {*trainer.stores}.isdisjoint(user.reads)
    excused = frozenset([parameters] if has_state else [])
    positional, keywords = signatures.bind_arguments(content, use, user, values, state=State({}, excused))
    return [*before, Call(user.name, positional, keywords, on=on, shown_as=label)]
