"""Compiles the correct formulas of a function of an exercise into one Python function.

During the search for a bug, a training loop calls the other functions some ten thousand times. Without compiling, formula
by formula, that would take ten times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..assignment.base import FunctionSpec
from ..assignment.formulas import BUILTINS, LIBRARY, ONLY_THESE, FormulaLayer

NAME = "computed"
CONVERTED = "as_float64"  # the function that converts each result


def function(
    declared: FunctionSpec, steps: FormulaLayer, others: Mapping[str, Callable[..., Any]]
) -> Callable[..., Any] | None:
    """Return a Python function that computes ``steps``; it returns a float64 array, or a tuple with one array per result.

    ``others`` are the functions that the formulas call. Returns None if the formulas need something else, or if a name
    in them already has a meaning in Python.
    """
    arguments = declared.argument_names()
    ordered = _ordered(declared.returns, steps, {*arguments, *others})
    if ordered is None or {*arguments, *steps} & (BUILTINS | LIBRARY.keys() | {NAME, CONVERTED}):
        return None
    results = ", ".join(f"{CONVERTED}({name})" for name in declared.returns)
    lines = [f"def {NAME}({', '.join(arguments)}):"]
    for name in ordered:
        lines += [f"    {name} = {steps[name].code}"]
        lines += [f"    if {name}.__class__ in __growing__: __refuse_growth__({name})"]
    lines += [f"    return {results}"]
    namespace: dict[str, Any] = {**LIBRARY, **others, CONVERTED: _as_float64, **ONLY_THESE}
    exec(compile("\n".join(lines), "<steps>", "exec"), namespace)
    made: Callable[..., Any] = namespace[NAME]
    made.__defaults__ = tuple(argument.default for argument in declared.arguments if argument.optional)
    return made


def _as_float64(value: Any) -> np.ndarray[Any, Any]:
    return np.asarray(value, dtype=np.float64)


def _ordered(results: Sequence[str], steps: FormulaLayer, known: set[str]) -> list[str] | None:
    """Return the quantities that the results need, each after those that it depends on; None if that is impossible."""
    ordered: dict[str, None] = {}
    begun: set[str] = set()

    def add(name: str) -> bool:
        if name in ordered or (name in known and name not in steps):
            return True
        if name in begun or name not in steps:
            return False
        begun.add(name)
        needs = [other for other in steps[name].needs if other != name or name not in known]
        if not all(map(add, needs)):
            return False
        ordered[name] = None
        return True

    return [*ordered] if all(map(add, results)) else None
