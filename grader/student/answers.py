"""Calls of the submission's functions, and their answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..sandbox.calls import Answer, Call, Instance, SubmittedFunction
from ..sandbox.failures import CallError
from ..support import arrays
from . import signatures
from .own_start import OwnStart


@dataclass(frozen=True)
class PlannedCall:
    """A call of a function of the assignment with these inputs.

    ``watch_arguments`` also fetches the arrays that were passed, to see whether they were changed. ``shapes`` are those of
    the results, by default the reference's on the same inputs. With ``seed`` the worker's random numbers begin anew.
    ``start`` has the parameters that the function initialises itself, by default those that are assumed.
    """

    function: str
    inputs: dict[str, Any]
    watch_arguments: bool = False
    shapes: dict[str, arrays.Shape] | None = None
    seed: int | None = None
    start: OwnStart | None = None


@dataclass(frozen=True)
class PreparedCall:
    """A call of a submitted function: the inputs in its layout, and the call of the worker that they became."""

    function: SubmittedFunction
    laid_out: dict[str, Any]
    state: signatures.State
    call: Call
    returned: SubmittedFunction | None = field(default=None, kw_only=True)
    """The function that the call returns and that is called again, see :mod:`.returned`."""

    @property
    def positional(self) -> list[Any]:
        """The positional arguments."""
        return self.call.positional

    @property
    def keywords(self) -> dict[str, Any]:
        """The keyword arguments."""
        return self.call.keywords

    @property
    def instance(self) -> Instance | None:
        """The instance that the function is called on, if it is a method."""
        return self.call.instance

    @property
    def arguments(self) -> list[Any]:
        """All arguments that were passed, in the order of ``answer.arguments``."""
        return self.call.passed


@dataclass(frozen=True)
class FunctionCall(PreparedCall):
    """A call of a submitted function with its answer."""

    answer: Answer


@dataclass(frozen=True)
class RawAnswer:
    """An answer in the submission's own layout: as it was returned, and by result name.

    ``parts`` are the results as they are in ``value``, where lists of numbers are not converted to arrays.
    """

    function: SubmittedFunction
    value: Any
    bound: dict[str, Any]
    parts: dict[str, Any]


@dataclass(frozen=True)
class BoundAnswer:
    """The results of a call by name, in the layout of the task; the names of the arguments that the call changed, if they
    were watched; the sentences about accepted conventions; and the raw answer.

    ``lists`` names the results that came as a list of numbers.
    """

    values: dict[str, Any]
    changed: list[str]
    notes: list[str]
    raw: RawAnswer
    lists: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pending:
    """The calls that wait for another call: functions whose example answer is being computed, and methods that need
    attributes that another method stores. A call that waits is never made again to serve itself."""

    examples: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()

    def for_example(self, function: str) -> Pending:
        """Return the pending calls while an example answer of ``function`` is computed."""
        return replace(self, examples=self.examples | {function})

    def for_method(self, name: str) -> Pending:
        """Return the pending calls while the method ``name`` waits for an attribute."""
        return replace(self, methods=self.methods | {name})


NOTHING_PENDING = Pending()


def changed_arguments(call: FunctionCall) -> list[str]:
    """Return the names of the inputs that the call changed in place."""
    if not call.answer.arguments:
        return []
    arguments = zip(call.arguments, call.answer.arguments, strict=False)
    pairs = [pair for before, after in arguments for pair in _arrays_of(before, after)]
    return [
        name
        for name, value in call.laid_out.items()
        for before, after in pairs
        if before is value and isinstance(value, np.ndarray) and not np.array_equal(before, after)
    ]


def argument_after(call: FunctionCall, name: str) -> Any:
    """Return the input ``name`` after the call; raises KeyError if it was not an argument of its own."""
    for before, after in zip(call.arguments, call.answer.arguments, strict=False):
        if before is call.laid_out[name]:
            return after
    raise KeyError(name)


def _arrays_of(before: Any, after: Any) -> list[tuple[Any, Any]]:
    """Return an argument before and after a call, or its entries if it is a list that has as many as before."""
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [*zip(before, after, strict=True)]
    return [(before, after)]


def answers_of(outcomes: Sequence[Answer | CallError]) -> list[Answer]:
    """Return the answers of calls; raises the CallError of the first that failed."""
    answers = []
    for outcome in outcomes:
        if isinstance(outcome, CallError):
            raise outcome
        answers.append(outcome)
    return answers
