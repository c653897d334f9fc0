"""Python code for a call: the arguments as literals that a student can paste."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from ..worker.given_functions import NAMES
from ..worker.passed_as import PassedArray
from ..worker.values import Generator, Given, Own
from .display import container

Form = Literal["lists", "lists of decimals", "arrays", "arrays of decimals"]
FORMS: tuple[Form, ...] = ("lists", "lists of decimals", "arrays", "arrays of decimals")
IN_TENSORFLOW = {"tensor": "tf.constant", "float64_tensor": "tf.constant", "variable": "tf.Variable"}
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
    if isinstance(value, PassedArray):
        return value  # its type is a part of the call
    if isinstance(value, np.ndarray):
        if has_integers and value.dtype.kind == "f" and value.size and _is_whole(value):
            value = value.astype(np.int64)
        return value if form in ("arrays", "arrays of decimals") else value.tolist()
    if isinstance(value, np.generic):
        value = value.item()
    return int(value) if has_integers and isinstance(value, float) and value.is_integer() else value


def code(value: Any) -> str:
    """Return an argument as Python code."""
    if isinstance(value, PassedArray) and value.form in IN_TENSORFLOW:
        dtype = ", dtype=tf.float64" if value.form == "float64_tensor" else ""
        return f"{IN_TENSORFLOW[value.form]}({value.tolist()!r}{dtype})"
    if isinstance(value, PassedArray):
        value = value.sent()
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
        return function_code(value.name, "np")
    if isinstance(value, Generator):
        return f"np.random.default_rng({value.seed})"
    return repr(value.item() if isinstance(value, np.generic) else value)


def function_code(name: str, module: Literal["np", "tf"]) -> str:
    """Return the code of a function that the grader gives, for arrays or for tensors."""
    if module == "tf":
        return f"tf.{name}" if name in NAMES else f"lambda x: {name.replace('np.', 'tf.experimental.numpy.')}"
    if name == "sigmoid":
        return "lambda z: 1 / (1 + np.exp(-z))"
    return f"np.{name}" if name in NAMES else f"lambda x: {name}"


def call(function: str, positional: Sequence[Any], keywords: Mapping[str, Any], index: str = "") -> str:
    """Return a call as Python code; ``index`` is a subscript of its result, such as ``[0]``."""
    has_tensors = any(
        isinstance(item, PassedArray) and item.form in IN_TENSORFLOW for item in (*positional, *keywords.values())
    )

    def code_of(value: Any) -> str:
        return function_code(value.name, "tf") if has_tensors and isinstance(value, Given) else code(value)

    arguments = [*map(code_of, positional), *(f"{name}={code_of(value)}" for name, value in keywords.items())]
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
