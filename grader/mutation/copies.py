"""An operator for copies of arrays."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .rewriting import Part, Surroundings, in_each_part
from .templates import first_match

_COPIES = (
    "_x.copy()",
    "np.copy(_x)",
    "np.array(_x)",
    "np.array(_x, dtype=_t)",
    "copy.copy(_x)",
    "copy.deepcopy(_x)",
    "deepcopy(_x)",
)


@in_each_part
def copy(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Work on the array of the caller instead of on a copy."""
    parts = first_match(_COPIES, node)
    if parts is not None and isinstance(parts["_x"], ast.Name):
        yield "argument-changed-in-place", parts["_x"]
