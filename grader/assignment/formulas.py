"""A function of an exercise as NumPy quantities that are computed from each other.

Each quantity is an expression of other quantities and of the function's inputs. A mutation replaces some of the
expressions; all quantities that depend on them change accordingly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from . import expressions

Array = np.ndarray[Any, Any]


def sigmoid(z: Any) -> Any:
    """Return 1 / (1 + exp(-z)) without overflow."""
    e = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1 / (1 + e), e / (1 + e))


def relu(z: Any) -> Any:
    """Return max(0, z) for each element."""
    return np.maximum(0, z)


def softmax(z: Any, axis: int = 0) -> Any:
    """Return exp(z) / sum(exp(z)) along ``axis``."""
    e = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def like(value: Any, pattern: Any) -> Any:
    """Return ``value`` in the shape of ``pattern``; a number is returned unchanged.

    Raises ValueError if the sizes differ.
    """
    return value if np.ndim(value) == 0 else np.reshape(value, np.shape(pattern))


def _sized(name: str, size: Any) -> Any:
    """Return a NumPy function that refuses to create a huge array; ``size`` computes the entries from its arguments."""
    function = getattr(np, name)

    def limited(*arguments: Any, **options: Any) -> Any:
        if size(*arguments, **options) > expressions.MAX_ENTRIES:
            raise ValueError(f"np.{name} would create an array of more than {expressions.MAX_ENTRIES} entries")
        return function(*arguments, **options)

    return limited


def _entries(shape: Any, *_: Any, **__: Any) -> float:
    return math.prod(map(float, np.ravel(shape).tolist()))


def _steps(start: Any, stop: Any = None, step: Any = 1, **_: Any) -> float:
    begin, end = (0, start) if stop is None else (start, stop)
    return abs(float(end) - float(begin)) / abs(float(step)) if step else 0.0


LIMITED = {
    "arange": _steps,
    "eye": lambda N, M=None, *_, **__: float(N) * float(N if M is None else M),
    "full": _entries,
    "identity": lambda n, *_, **__: float(n) ** 2,
    "linspace": lambda start, stop, num=50, *_, **__: float(num) * np.size(start),
    "ones": _entries,
    "repeat": lambda a, repeats, *_, **__: float(np.size(a)) * float(np.max(repeats)),
    "tile": lambda A, reps: np.size(A) * _entries(reps),
    "zeros": _entries,
}

NUMPY = SimpleNamespace(
    **{name: getattr(np, name) for name in expressions.NUMPY if name not in {*LIMITED, "power"}},
    **{name: _sized(name, size) for name, size in LIMITED.items()},
    power=expressions.BUILTINS["__power__"],
    linalg=SimpleNamespace(**{name: getattr(np.linalg, name) for name in expressions.LINALG}),
)

# The functions that an expression may use in addition to quantities and Python's own functions.
LIBRARY = {"np": NUMPY, "sigmoid": sigmoid, "relu": relu, "softmax": softmax, "like": like}
BUILTINS = frozenset(expressions.BUILTINS)
ONLY_THESE = {
    "__builtins__": expressions.BUILTINS
}  # without this entry an expression could use all of Python's builtins


class Formula:
    """One compiled expression and the names that it needs.

    Raises :class:`expressions.Refused` if the expression uses something that is not allowed.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.names = expressions.examine(text).names
        self.needs = expressions.needs_of(text)
        self._code = expressions.compile_expression(text)

    @property
    def code(self) -> str:
        """The source code, to be compiled with others."""
        return expressions.source_to_compile(self.text)

    def __call__(self, values: Mapping[str, Any]) -> Any:
        """Return the value, computed from ``values`` of the names that the expression needs."""
        return self.within({**LIBRARY, **values, **ONLY_THESE})

    def within(self, namespace: dict[str, Any]) -> Any:
        """Return the value in a namespace that also contains LIBRARY and ONLY_THESE."""
        # All names are globals, since the body of a comprehension sees no locals. The expression has been examined.
        value = eval(self._code, namespace)
        if value.__class__ in expressions.GROWING:
            expressions.refuse_growth(value)
        return value


FormulaLayer = Mapping[str, Formula]


class Quantities:
    """Quantities by name, each computed when it is first read.

    ``layers`` are mutations and, last, the correct formulas. The first layer that has a name is used. A formula that
    mentions its own name reads the value of the layers below, and finally the input of that name. The functions in
    ``library`` replace those of LIBRARY.
    """

    def __init__(
        self, layers: Sequence[FormulaLayer], inputs: Mapping[str, Any], library: Mapping[str, Any] | None = None
    ) -> None:
        self._layers = layers
        # One namespace for all formulas, since a search for a bug computes some ten thousand of them.
        self._values = {**inputs, **LIBRARY, **(library or {}), **ONLY_THESE}
        for name in BUILTINS & self._values.keys():
            del self._values[name]
        self._computed_names = set[str]()

    def __getitem__(self, name: str) -> Any:
        if name not in self._computed_names:
            self._compute(name, 0)
            self._computed_names.add(name)
        return self._values[name]

    def _compute(self, name: str, above: int) -> None:
        """Store the value of ``name`` by the layers from index ``above`` on; without a formula it is the input.

        Raises KeyError if there is neither.
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
            if other != name and other not in self._computed_names:
                self._compute(other, 0)
                self._computed_names.add(other)
        if name in formula.needs:  # last, since only this formula may read the value of the layers below
            self._compute(name, depth + 1)
        self._values[name] = formula.within(self._values)
