"""Finds functions whose results the formulas of another function compute again, as a backward pass repeats the forward pass.

A submission often calls its first function there. A mistake in it then changes the results of the second one, although
the formulas of the second one do not mention the first.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..assignment.formulas import FormulaLayer
from ..assignment.functions import FunctionSpec


def repeated(
    function: str, functions: Mapping[str, FunctionSpec], formulas: Mapping[str, FormulaLayer]
) -> frozenset[str]:
    """Return the other functions all of whose results are quantities, but no results, of ``function``.

    ``formulas`` are those of functions that have formulas. A quantity is the same if its formula, and those of all
    quantities that it needs, are the same, and if both functions have the inputs that it needs. A function whose results
    are some of those of another one is left out: a network of two layers is not a part of one with three.
    """
    names = [
        other
        for other in formulas
        if other != function
        and functions[other].returns
        and not {*functions[other].returns} & {*functions[function].returns}
        and {*functions[other].argument_names()} <= {*functions[function].argument_names()}
        and all(_is_same(name, formulas[function], formulas[other], set()) for name in functions[other].returns)
    ]
    results = {name: {*functions[name].returns} for name in names}
    return frozenset(name for name in names if not any(results[name] < others for others in results.values()))


def _is_same(name: str, one: FormulaLayer, other: FormulaLayer, begun: set[str]) -> bool:
    """True if two layers of formulas compute a quantity in the same way; ``begun`` are quantities that were already compared."""
    if name in begun:
        return True
    begun.add(name)
    if name not in one or name not in other:
        return name not in one and name not in other and bool(begun - {name})
    return one[name].text == other[name].text and all(_is_same(part, one, other, begun) for part in one[name].needs)
