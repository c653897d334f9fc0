"""A function of an exercise as quantities that are computed from each other, in NumPy.

Each quantity is an expression of other quantities and of the function's inputs. A mutation replaces some of the
expressions; whatever is computed from them follows.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Mapping, Sequence
from types import CodeType
from typing import Any

import numpy as np

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
LIBRARY = {"np": np, "sigmoid": sigmoid, "relu": relu, "softmax": softmax, "like": like}


class Formula:
    """One expression, compiled, and the names it needs."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names = names_in(text)
        self.needs = [name for name in self.names if name not in LIBRARY and not hasattr(builtins, name)]
        self._code: CodeType = compile(text, "<step>", "eval")

    def __call__(self, values: dict[str, Any]) -> Any:
        # One dict for globals: the body of a comprehension sees no locals.
        return eval(self._code, {**LIBRARY, **values})


def names_in(text: str) -> list[str]:
    """The names that an expression reads, but for those that it binds itself."""
    every = list(ast.walk(ast.parse(text, mode="eval")))
    nodes = [node for node in every if isinstance(node, ast.Name)]
    bound = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
    bound |= {node.arg for node in every if isinstance(node, ast.arg)}  # of a lambda
    return list(dict.fromkeys(node.id for node in nodes if node.id not in bound))


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
        self._inputs = inputs
        self._library = dict(library or {})
        self._known: dict[tuple[str, int], Any] = {}

    def __getitem__(self, name: str) -> Any:
        return self._value(name, 0)

    def _value(self, name: str, above: int) -> Any:
        """The value of ``name`` by the layers from ``above`` on; raises KeyError if there is none."""
        for depth in range(above, len(self._layers)):
            formula = self._layers[depth].get(name)
            if formula is not None:
                break
        else:
            return self._inputs[name]
        if (name, depth) not in self._known:
            values = {other: self._value(other, depth + 1 if other == name else 0) for other in formula.needs}
            self._known[name, depth] = formula({**self._library, **values})
        return self._known[name, depth]
