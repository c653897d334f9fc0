"""Arrays, and lists of numbers that stand for arrays: conversion, shapes, and words for messages."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .i18n import _, ngettext
from .text import clean

Shape = tuple[int, ...]


def array(values: Any) -> np.ndarray[Any, Any] | None:
    """Return an array or a (nested) list of numbers as an array, or None for anything else."""
    try:
        converted = np.asarray(values)
    except (TypeError, ValueError):  # ragged
        return None
    return converted if converted.dtype.kind in "biuf" else None


def numbers(values: Any) -> np.ndarray[Any, Any] | None:
    """Return the same as :func:`array` in float64."""
    converted = array(values)
    return None if converted is None else converted.astype(np.float64)


def as_array(value: Any) -> Any:
    """Return a list or tuple of numbers, nested or not, as an array; return anything else, even a ragged list, as it is."""
    if not isinstance(value, list | tuple):
        return value
    try:
        converted = np.asarray(value)
    except (TypeError, ValueError):  # ragged
        return value
    return converted if converted.dtype.kind in "biufc" else value


def shape_of(value: Any) -> Shape | None:
    """Return the shape of an array, a number, or a list of numbers; None for a ragged list."""
    if type(value) is np.ndarray:  # most values
        shape: Shape = value.shape
        return shape
    value = as_array(value)
    return None if isinstance(value, list | tuple) else np.shape(value)


def without_ones(shape: Shape) -> Shape:
    """Return the shape without axes of length one: (n, 1) and (1, n) hold the same values as (n,)."""
    return tuple(length for length in shape if length != 1)


def have_shapes(values: Mapping[str, Any], shapes: Mapping[str, Shape]) -> bool:
    """True if the values are arrays of these shapes, apart from axes of length one."""
    own_shapes = {name: shape_of(value) for name, value in values.items()}
    return all(
        (own := own_shapes.get(name)) is not None and without_ones(own) == without_ones(shape)
        for name, shape in shapes.items()
    )


def in_layout(value: Any, pattern: Shape | None) -> Any:
    """Return the array ``value`` with its axes of length one where an array of shape ``pattern`` has them.

    A (7,) becomes (7, 1) if the pattern is (4, 1). A value that does not fit the pattern is returned unchanged.
    """
    if not isinstance(value, np.ndarray) or pattern is None:
        return value
    if len(pattern) == value.ndim and 1 not in pattern and 1 not in value.shape:
        return value
    lengths = iter(without_ones(value.shape))
    shape = tuple(1 if length == 1 else next(lengths, 0) for length in pattern)
    return value.reshape(shape) if shape != value.shape and math.prod(shape) == value.size else value


def describe(value: Any) -> str:
    """Return words for the type of a value, without its content: "a list", "an array of shape (3,)"."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return array_of(value.shape)
    name = clean(getattr(value, "type_name", type(value).__name__), 80)
    if isinstance(value, bool):
        return _("a boolean")
    if isinstance(value, int | float | np.generic):
        return _("a single number ({name})").format(name=name)
    return (_("an {type}") if name[:1].lower() in "aeiou" else _("a {type}")).format(type=name)


def array_of(shape: Shape) -> str:
    """Return words for an array, e.g. ``an array of shape (3,)``."""
    return _("an array of shape {shape}").format(shape=shape)


def number_of_values(values: Sequence[Any]) -> str:
    """Return the number of values in words, e.g. ``2 values``."""
    return ngettext("{count} value", "{count} values", len(values)).format(count=len(values))
