"""Python code for a call: the arguments as literals that a student can paste."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from ..worker.values import Generator, Given, Own
from .display import container

Form = Literal["lists", "lists of decimals", "arrays", "arrays of decimals"]
FORMS: tuple[Form, ...] = ("lists", "lists of decimals", "arrays", "arrays of decimals")
LONG = 4  # entries of a column
MANY = 16  # entries of an array; if all are equal, one is shown


def in_form(value: Any, form: Form) -> Any:
    """Return an argument as it is when its code in this form is executed.

    Numbers without a fractional part are integers, except in forms of decimals.
    """
    if isinstance(value, dict):
        return {key: in_form(item, form) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(in_form(item, form) for item in value)
    has_integers = form in ("lists", "arrays")
    if isinstance(value, np.ndarray):
        if has_integers and value.dtype.kind == "f" and value.size and _is_whole(value):
            value = value.astype(np.int64)
        return value if form in ("arrays", "arrays of decimals") else value.tolist()
    if isinstance(value, np.generic):
        value = value.item()
    return int(value) if has_integers and isinstance(value, float) and value.is_integer() else value


def code(value: Any) -> str:
    """Return an argument as Python code."""
    if isinstance(value, np.ndarray):
        dtype = "" if value.dtype in (np.dtype(np.float64), np.dtype(np.int64)) else f", dtype=np.{value.dtype.name}"
        if not value.size:
            return f"np.zeros({value.shape}{dtype})"
        if value.size > MANY and (value == value.flat[0]).all():
            return f"np.full({value.shape}, {value.flat[0].item()!r}{dtype})"
        if value.ndim == 2 and value.shape[1] < LONG <= value.shape[0]:  # a column takes fewer characters as a row
            return f"np.array({value.T.tolist()!r}{dtype}).T"
        return f"np.array({value.tolist()!r}{dtype})"
    if isinstance(value, list | tuple | dict):
        return container(value, code)
    if isinstance(value, Own):
        return value.name
    if isinstance(value, Given):
        return "lambda z: 1 / (1 + np.exp(-z))" if value.name == "sigmoid" else f"np.{value.name}"
    if isinstance(value, Generator):
        return f"np.random.default_rng({value.seed})"
    return repr(value.item() if isinstance(value, np.generic) else value)


def call(function: str, positional: Sequence[Any], keywords: Mapping[str, Any], index: str = "") -> str:
    """Return a call as Python code; ``index`` is a subscript of its result, such as ``[0]``."""
    arguments = [*map(code, positional), *(f"{name}={code(value)}" for name, value in keywords.items())]
    return f"{function}({', '.join(arguments)}){index}"


def subscript(value: Any, part: Any) -> str:
    """Return the subscript that takes ``part`` from a returned tuple, list or dict; "" if it is not in there."""
    if isinstance(value, dict):
        keys = [key for key, item in value.items() if item is part]
    elif isinstance(value, tuple | list):
        keys = [index for index, item in enumerate(value) if item is part]
    else:
        keys = []
    return f"[{keys[0]!r}]" if len(keys) == 1 else ""


def _is_whole(array: np.ndarray[Any, Any]) -> bool:
    return bool((np.isfinite(array) & (array == np.round(array)) & (np.abs(array) < 2**53)).all())
