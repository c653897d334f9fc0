"""Calls of the submission's functions, and their answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..sandbox.calls import Answer, Instance, SubmittedFunction
from . import signatures


@dataclass(frozen=True)
class FunctionCall:
    """A call of a submitted function: the inputs in its layout, the arguments that they became, and the answer."""

    function: SubmittedFunction
    laid_out: dict[str, Any]
    positional: list[Any]
    keywords: dict[str, Any]
    instance: Instance | None
    state: signatures.State
    answer: Answer

    @property
    def arguments(self) -> list[Any]:
        """All arguments that were passed, in the order of ``answer.arguments``."""
        return [*self.positional, *self.keywords.values()]


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
    """The results of a call by name, in the layout of the task; the names of the arguments that the call changed; the
    sentences about accepted conventions; and the raw answer.

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
