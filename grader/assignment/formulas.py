"""A function of an exercise as quantities that are computed from each other, in NumPy.

Each quantity is an expression of other quantities and of the function's inputs. A mutation replaces some of the
expressions; whatever is computed from them follows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import expressions

Array = np.ndarray[Any, Any]


def sigmoid(z: Any) -> Any:
    """1 / (1 + exp(-z)) without overflow."""
    e = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1 / (1 + e), e / (1 + e))


def relu(z: Any) -> Any:
    """max(0, z)."""
    return np.maximum(0, z)


def softmax(z: Any, axis: int = 0) -> Any:
    """exp(z) / sum(exp(z)) along ``axis``."""
    e = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def like(value: Any, pattern: Any) -> Any:
    """``value`` in the shape of ``pattern``, a number for each of its entries; raises ValueError where it does not fit."""
    return value if np.ndim(value) == 0 else np.reshape(value, np.shape(pattern))


# What an expression may use beside quantities and what Python brings.
LIBRARY = {"np": expressions.numpy, "sigmoid": sigmoid, "relu": relu, "softmax": softmax, "like": like}
BUILTINS = frozenset(expressions.BUILTINS)
ONLY_THESE = {"__builtins__": expressions.BUILTINS}  # in a namespace without it an expression has all of Python's


class Formula:
    """One expression, compiled, and the names it needs; ``code`` is its text to be compiled with others.

    Raises :class:`expressions.Refused` where it uses what it may not.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.names = expressions.examine(text).names
        self.needs = needs_of(text)
        self._code, self.code = expressions.compiled(text)

    def __call__(self, values: Mapping[str, Any]) -> Any:
        """The value, from those of what it needs."""
        return self.within({**LIBRARY, **values, **ONLY_THESE})

    def within(self, namespace: dict[str, Any]) -> Any:
        """The value in a namespace that has LIBRARY and ONLY_THESE as well."""
        # One dict for globals: the body of a comprehension sees no locals. The expression has been examined.
        value = eval(self._code, namespace)
        if value.__class__ in expressions.GROWING:
            expressions.refuse_growth(value)
        return value


def needs_of(text: str) -> list[str]:
    """The names that an expression reads and that neither the library nor Python has; raises :class:`expressions.Refused`."""
    return [name for name in expressions.examine(text).names if name not in LIBRARY and name not in BUILTINS]


Layer = Mapping[str, Formula]


class Quantities:
    """Quantities by name, computed when they are asked for.

    ``layers`` are mutations and, last, the right formulas: the first that has a name counts. A formula that
    mentions its own name means what the layers below make of it, and in the end the input of that name.
    ``library`` has functions that take the place of those of LIBRARY.
    """

    def __init__(
        self, layers: Sequence[Layer], inputs: Mapping[str, Any], library: Mapping[str, Any] | None = None
    ) -> None:
        self._layers = layers
        # One namespace for all formulas, since a search for a bug computes some ten thousand of them.
        self._values = {**inputs, **LIBRARY, **(library or {}), **ONLY_THESE}
        for name in BUILTINS & self._values.keys():
            del self._values[name]
        self._known = set[str]()

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            self._compute(name, 0)
            self._known.add(name)
        return self._values[name]

    def _compute(self, name: str, above: int) -> None:
        """Let the namespace hold what the layers from ``above`` on make of ``name``: its input where none has it.

        Raises KeyError if there is none.
        """
        for depth in range(above, len(self._layers)):
            formula = self._layers[depth].get(name)
            if formula is not None:
                break
        else:
            if name not in self._values:
                raise KeyError(name)
            return
        for other in formula.needs:
            if other != name and other not in self._known:
                self._compute(other, 0)
                self._known.add(other)
        if name in formula.needs:  # last: the name stands for what is below for this formula alone
            self._compute(name, depth + 1)
        self._values[name] = formula.within(self._values)
