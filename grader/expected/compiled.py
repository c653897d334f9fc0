"""Compiles the correct formulas of a function of an exercise into one Python function.

During the search for a bug, a training loop calls the other functions about ten thousand times. Without
compilation, the formulas would be computed one by one, which takes ten times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..assignment.formulas import BUILTINS, LIBRARY, ONLY_THESE, FormulaLayer
from ..assignment.functions import FunctionSpec

NAME = "computed"
CONVERTED = "as_float64"  # the function that converts each result


def function(
    spec: FunctionSpec, steps: FormulaLayer, others: Mapping[str, Callable[..., Any]]
) -> Callable[..., Any] | None:
    """Return a Python function that computes ``steps``; it returns a float64 array, or a tuple with one array per result.

    ``others`` are the functions that the formulas call. Returns None if the formulas need something else, or if a name
    in them already has a meaning in Python.
    """
    arguments = spec.argument_names()
    order = _ordered(spec.returns, steps, {*arguments, *others})
    if order is None or {*arguments, *steps} & (BUILTINS | LIBRARY.keys() | {NAME, CONVERTED}):
        return None
    results = ", ".join(f"{CONVERTED}({name})" for name in spec.returns)
    lines = [f"def {NAME}({', '.join(arguments)}):"]
    for name in order:
        lines += [f"    {name} = {steps[name].code}"]
        lines += [f"    if {name}.__class__ in __growing__: __refuse_growth__({name})"]
    lines += [f"    return {results}"]
    namespace: dict[str, Any] = {**LIBRARY, **others, CONVERTED: _as_float64, **ONLY_THESE}
    exec(compile("\n".join(lines), "<steps>", "exec"), namespace)
    compiled_function: Callable[..., Any] = namespace[NAME]
    compiled_function.__defaults__ = tuple(argument.default for argument in spec.arguments if argument.optional)
    return compiled_function


def _as_float64(value: Any) -> np.ndarray[Any, Any]:
    return np.asarray(value, dtype=np.float64)


def _ordered(results: Sequence[str], steps: FormulaLayer, known_names: set[str]) -> list[str] | None:
    """Return the quantities that the results need, each after those that it depends on; None if that is impossible."""
    order: dict[str, None] = {}
    begun_names: set[str] = set()

    def add(name: str) -> bool:
        if name in order or (name in known_names and name not in steps):
            return True
        if name in begun_names or name not in steps:
            return False
        begun_names.add(name)
        needs = [other for other in steps[name].needs if other != name or name not in known_names]
        if not all(map(add, needs)):
            return False
        order[name] = None
        return True

    return [*order] if all(map(add, results)) else None
