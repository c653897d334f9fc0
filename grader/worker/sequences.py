"""Runs a sequence of calls on the classes of a reference, as if it were one function of the module.

The plan is ``{"objects": [[name, class, {argument: input}], ...], "calls": [[object, method, {argument: input}, results]],
"driven": [objects that are Keras callbacks]}``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from . import callbacks

FunctionName = str | dict[str, Any]


def function_of(module: Any, what: FunctionName) -> Callable[..., Any] | None:
    """Return the function of this name, or a function for this plan of a sequence; None if the module lacks a name."""
    if isinstance(what, str):
        return getattr(module, what, None)
    names: dict[str, None] = {}
    for _name, class_name, arguments in what["objects"]:
        if not hasattr(module, class_name):
            return None
        names |= dict.fromkeys(arguments.values())
    own_names = {name for name, _class_name, _arguments in what["objects"]}
    for _on, _method, arguments, _results in what["calls"]:
        names |= dict.fromkeys(arguments.values())

    def run(**inputs: Any) -> tuple[Any, ...]:
        """Return the results of all calls, in their order."""
        objects: dict[str, Any] = {}
        for name, class_name, arguments in what["objects"]:
            objects[name] = getattr(module, class_name)(**_picked(arguments, {**inputs, **objects}))
            if name in what["driven"]:
                objects[name] = callbacks.ScriptedTraining(objects[name])
        results: list[Any] = []
        for on, method, arguments, names_of_results in what["calls"]:
            answer = getattr(objects[on], method)(**_picked(arguments, {**inputs, **objects}))
            if on in what["driven"]:
                answer = tuple(answer[each] for each in names_of_results)
                answer = answer[0] if len(answer) == 1 else answer
            results += [answer] if len(names_of_results) == 1 else answer if names_of_results else []
        return tuple(results)

    parameters = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names if name not in own_names]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return run


def _picked(arguments: dict[str, str], inputs: dict[str, Any]) -> dict[str, Any]:
    return {argument: inputs[name] for argument, name in arguments.items()}
