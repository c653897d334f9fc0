"""Tables of results that a submission has made: a dict with one entry for each combination of arguments.

The keys are tuples such as ``("adam", 0.01)``. A dict of dicts, ``results["adam"][0.01]``, is the same table.
"""

from __future__ import annotations

import ast
import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...assignment.base import Scalar
from ...support import arrays
from ...support.text import clean

Key = tuple[str | Scalar, ...]
LONGEST = 200  # characters of a key
LONGEST_SHOWN = 60
MOST_ENTRIES = 2000
SAME = 1e-6  # relative difference of two numbers in keys: a number of float32 is the same key


def grid(arguments: Mapping[str, Sequence[str | Scalar]]) -> list[Key]:
    """Return all combinations of the values of ``arguments``, in their order."""
    return [*itertools.product(*arguments.values())]


def entries(value: Mapping[str, Any], keys: Sequence[Key]) -> dict[Key, Any]:
    """Return the entries of a table with the values of ``keys`` as keys; the parts of a key may have another order.

    ``value`` is the dict as the worker sends it, with texts as keys. Other entries of the table have their own keys.
    """
    table: dict[Key, Any] = {}
    for own, entry in itertools.islice(_flat(value), MOST_ENTRIES):
        table[next((key for key in keys if _are_same(own, key)), own)] = entry
    return table


def key_in(value: Any, table: Mapping[Key, Any]) -> Key | None:
    """Return the key of a table that a value of the submission is; None for another value."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    parts = tuple(value) if isinstance(value, tuple | list) else _parsed(value) if isinstance(value, str) else ()
    parts = tuple(part.item() if isinstance(part, np.generic) else part for part in parts)
    return next((key for key in table if _are_same(parts, key)), None)


def number(entry: Any) -> float | None:
    """Return an entry that is one number, also an infinite one or NaN; None for anything else."""
    values = arrays.numbers(entry)
    return float(values.reshape(-1)[0]) if values is not None and values.size == 1 else None


def finite(table: Mapping[Key, Any]) -> list[Key]:
    """Return the keys of the entries that are finite numbers, the smallest first."""
    numbers = {key: value for key, entry in table.items() if (value := number(entry)) is not None}
    return sorted((key for key in numbers if math.isfinite(numbers[key])), key=lambda key: numbers[key])


def as_text(key: Key) -> str:
    """Return a key as a student writes it between the brackets, such as ``'adam', 0.01``."""
    return clean(", ".join(f"{part:g}" if isinstance(part, float) else repr(part) for part in key), LONGEST_SHOWN)


def _flat(value: Mapping[str, Any]) -> Any:
    for text, entry in value.items():
        if isinstance(entry, Mapping):
            yield from ((_parsed(text) + _parsed(other), inner) for other, inner in entry.items())
        else:
            yield _parsed(text), entry


def _parsed(text: str) -> Key:
    """Return the key behind its text; a text that is not Python's form of a tuple or number is the whole key."""
    try:
        value = ast.literal_eval(text) if len(text) <= LONGEST else text
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        value = text
    parts = value if isinstance(value, tuple) else (value,)
    return tuple(part if isinstance(part, str | bool | int | float) else str(part) for part in parts)


def _are_same(own: Key, key: Key) -> bool:
    """True if two keys have the same parts, in any order that leaves no doubt."""
    if len(own) != len(key):
        return False
    return any(all(map(_is_part, order, key)) for order in itertools.permutations(own)) if len(key) <= 4 else own == key


def _is_part(own: Any, part: Any) -> bool:
    if isinstance(own, str) and isinstance(part, str):
        return own.casefold().replace("_", "") == part.casefold().replace("_", "")
    if isinstance(own, str) or isinstance(part, str) or not isinstance(own, int | float):
        return False
    return math.isclose(own, part, rel_tol=SAME)
