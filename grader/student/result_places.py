"""Finds where the results of a function are in its answer: in the returned value, an attribute or an argument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]

MOST_PARTS = 500
DEEPEST = 3


@dataclass(frozen=True)
class ResultPlace:
    """The place of a result: a part of the returned value, or of a variable after the call.

    ``path`` are the indices and keys of the part. If it is not returned, the first of them is the name of the variable: an
    attribute of the instance, a global variable or an argument.
    """

    path: Path
    is_returned: bool = True
    is_attribute: bool = False


def of_results(
    value: Any, variables: Mapping[str, Any], results: Mapping[str, Any], is_method: bool
) -> dict[str, ResultPlace]:
    """Return the place of each of ``results``, which are parts of the returned ``value`` or of ``variables``.

    A result that is found nowhere, or in several places, is left out.
    """
    every = [(ResultPlace(path), part) for path, part in parts(value)]
    every += [(ResultPlace(path, False, is_method), part) for path, part in parts(dict(variables)) if path]
    places = {}
    for name, result in results.items():
        matches = [place for place, part in every if part is result]
        if len(matches) == 1:
            places[name] = matches[0]
    return places


def parts(value: Any, path: Path = (), depth: int = DEEPEST) -> Iterator[tuple[Path, Any]]:
    """Yield a value and its parts: the entries of dicts and lists, with their paths."""
    yield path, value
    if depth and isinstance(value, dict | list | tuple) and len(value) <= MOST_PARTS:
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from parts(part, (*path, key), depth - 1)
