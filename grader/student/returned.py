"""Functions that a submission's functions return: ``CostOLS(target)`` is called again, ``CostOLS(target)(X)``.

The returned function never leaves the worker. The first time, the worker keeps it under a handle and describes its
parameters, so that its arguments are bound by name like those of every function; then both calls are one request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..assignment.functions import FunctionSpec
from ..assignment.spec import AssignmentSpec
from ..judging.wrong_answer import WrongAnswer
from ..sandbox.calls import Call, SubmittedFunction
from ..sandbox.failures import CallError
from ..sandbox.session import Session
from ..support.i18n import _
from ..support.text import clean
from . import signatures

HANDLE = "returned function"


class ReturnedFunctions:
    """The functions that the functions of one submission have returned."""

    def __init__(self, content: AssignmentSpec, session: Session) -> None:
        self._content = content
        self._session = session
        self._described: dict[str, SubmittedFunction] = {}
        self._contents: dict[str, tuple[AssignmentSpec, ...]] = {}

    def of_each_call(self, function: str) -> tuple[AssignmentSpec, ...]:
        """Return the assignment as each call of ``function`` sees it: for a function that returns a function, these are two."""
        if function not in self._contents:
            calls = self._content.functions[function].each_call
            self._contents[function] = (self._content,) if len(calls) == 1 else tuple(map(self._with(function), calls))
        return self._contents[function]

    def _with(self, function: str) -> Any:
        def content(declared: FunctionSpec) -> AssignmentSpec:
            return self._content.model_copy(update={"functions": {**self._content.functions, function: declared}})

        return content

    def called(
        self, function: str, target: SubmittedFunction, call: Call, inputs: dict[str, Any]
    ) -> tuple[Call, SubmittedFunction]:
        """Return ``call`` of ``target`` together with the call of what it returns, and the returned function.

        Raises CallError if the call fails, or if it returns no function.
        """
        if function not in self._described:
            self._described[function] = self._describe(function, target, call)
        returned = self._described[function]
        _first, content = self.of_each_call(function)
        names = content.functions[function].argument_names()
        own = {name: value for name, value in inputs.items() if name in names}
        return replace(call, then=signatures.bind_arguments(content, function, returned, own)), returned

    def _describe(self, function: str, target: SubmittedFunction, call: Call) -> SubmittedFunction:
        """Return the parameters of the function that a call returns; raises CallError."""
        [outcome] = self._session.call_all([replace(call, keep=HANDLE, describe=True, give_back=False)])
        if isinstance(outcome, CallError):
            raise outcome
        returned = self._session.kept_function(f"{target.label}(...)", outcome)
        if returned is not None:
            return returned
        sentence = _(
            "Expected `{expected}`: `{function}` has to return a function, which is then called. It returns a value of the type {type}."
        )
        expected = signatures.signature(function, self._content.functions[function])
        raise WrongAnswer(
            sentence.format(expected=expected, function=target.label, type=clean(str(outcome.value["type"]), 80))
        )


def apart(calls: Sequence[Call]) -> tuple[list[Call], list[Call]]:
    """Return the calls that make functions, each under its own handle, and those of the functions."""
    handles = [f"{HANDLE} {number}" for number, _call in enumerate(calls, start=1)]
    making = [replace(call, keep=handle, then=None) for call, handle in zip(calls, handles, strict=True)]
    calling = [
        replace(call, function="", positional=call.then[0], keywords=call.then[1], on=handle, shown_as=name, then=None)
        for call, handle in zip(calls, handles, strict=True)
        if call.then is not None and (name := call.label.strip("`"))
    ]
    return making, [replace(call, instance=None) for call in calling]


def as_function(name: str, methods: dict[str, SubmittedFunction]) -> SubmittedFunction | None:
    """Return the construction of a class as a function, if instances of the class can be called; otherwise None."""
    if "__call__" not in methods:
        return None
    constructor = methods.get("__init__")
    return SubmittedFunction(name, [] if constructor is None else constructor.parameters, [])
