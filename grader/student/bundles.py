"""Arguments that take all results of another function in one piece, such as ``params`` or ``cache``."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..assignment.spec import AssignmentSpec
from ..submission import Code
from ..support import arrays
from ..support.similar_names import normal
from . import signatures
from .answers import RawAnswer


def bundle(
    content: AssignmentSpec,
    names: list[str],
    parameter: str,
    laid_out: dict[str, Any],
    example: RawAnswer | None,
    code: Sequence[Code],
) -> signatures.Bundle:
    """Return the value of ``parameter``: a container like the one in ``example``, filled with the values of ``laid_out``.

    Without an example it is a dict of the results ``names``, with the keys that are strings in the submission's ``code``.
    """
    pattern = _container(example, parameter) if example is not None else None
    if example is None or pattern is None:
        keys = _spelled(content, names, code)
        return signatures.Bundle({key: laid_out[name] for key, name in keys.items()}, names)
    result_names = {id(item): name for name, item in example.parts.items()}
    return signatures.Bundle(_filled(content, pattern, "", result_names, laid_out), names)


def _container(raw: RawAnswer, parameter: str) -> Any:
    """Return the part of a returned value that ``parameter`` stands for: the item of that name, the only container, or
    the whole value."""
    value = raw.value
    if isinstance(value, dict):
        return value
    if not isinstance(value, tuple | list):
        return None
    inner = [item for item in value if isinstance(item, dict | tuple | list)]
    if len(raw.function.returns) == len(value):
        by_name = dict(zip(map(normal, raw.function.returns), value, strict=True))
        inner = [item for item in [by_name.get(normal(parameter))] if item is not None] or inner
    return inner[0] if len(inner) == 1 and isinstance(inner[0], dict | tuple | list) else value


def _filled(
    content: AssignmentSpec, pattern: Any, key: str, result_names: dict[int, str], laid_out: dict[str, Any]
) -> Any:
    """Return ``pattern``, a returned dict or tuple, with the values of ``laid_out`` in their places."""
    if isinstance(pattern, dict):
        return {inner: _filled(content, item, inner, result_names, laid_out) for inner, item in pattern.items()}
    name = result_names.get(id(pattern)) or signatures.match([key], laid_out, content.aliases).get(key, "")
    shape = arrays.shape_of(pattern)
    if name in laid_out and shape is not None:  # an array, or a list of numbers
        return arrays.in_layout(laid_out[name], shape)
    if isinstance(pattern, tuple | list):
        if not any(id(item) in result_names or not isinstance(item, int | float) for item in pattern):
            return pattern  # a row of numbers that is not a result: there may be thousands
        return type(pattern)(_filled(content, item, "", result_names, laid_out) for item in pattern)
    return laid_out.get(name, pattern)


def _spelled(content: AssignmentSpec, names: list[str], code: Iterable[Code]) -> dict[str, str]:
    """Return {key: name} for a dict that the submission reads."""
    keys = signatures.match(dict.fromkeys(_strings(code)), names, content.aliases)
    return keys | {name: name for name in names if name not in keys.values()}


def _strings(code: Iterable[Code]) -> Iterator[str]:
    """Yield all strings in the code."""
    for part in code:
        for node in part.source.of(ast.Constant):
            if isinstance(node.value, str):
                yield node.value
