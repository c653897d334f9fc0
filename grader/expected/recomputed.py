"""Computes the results of many mutants of a function for the same inputs: only what depends on a change is computed again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..assignment.formulas import BUILTINS, LIBRARY, ONLY_THESE, FormulaLayer
from .generated import in_order


class Recomputed:
    """The correct quantities of a function with formulas, for some inputs. Raises any exception of the formulas."""

    def __init__(self, steps: FormulaLayer, inputs: Mapping[str, Any], functions: Mapping[str, Any]) -> None:
        self._steps = steps
        self._order = in_order(steps)
        self._inputs = inputs
        self._namespace = {**LIBRARY, **functions, **inputs, **ONLY_THESE}
        for name in BUILTINS & self._namespace.keys():
            del self._namespace[name]
        self._dependent_names: dict[str, list[str]] = {}
        for name in self._order:
            self._namespace[name] = steps[name].within(self._namespace)

    def results(self, changed_steps: FormulaLayer) -> dict[str, np.ndarray[Any, Any]]:
        """Return {quantity: array} of the quantities that may change. Raises any exception of the formulas."""
        namespace = dict(self._namespace)
        values: dict[str, np.ndarray[Any, Any]] = {}
        affected_names = set[str]().union(*(self._affected(name) for name in changed_steps))
        # A mutant may add quantities, such as a rate that changes from call to call.
        is_longer = not changed_steps.keys() <= self._steps.keys()
        for name in in_order({**self._steps, **changed_steps}) if is_longer else self._order:
            if name not in affected_names:
                continue
            formula = changed_steps.get(name) or self._steps[name]
            if name in formula.needs:  # a formula that reads its own name reads the input
                namespace[name] = self._inputs[name]
            namespace[name] = formula.within(namespace)
            values[name] = namespace[name]
        return values

    def _affected(self, name: str) -> list[str]:
        """Return a quantity and all quantities that depend on it."""
        if name not in self._dependent_names:
            names = {name}
            for other in self._order:
                if names & set(self._steps[other].needs):
                    names.add(other)
            self._dependent_names[name] = [*names]
        return self._dependent_names[name]
