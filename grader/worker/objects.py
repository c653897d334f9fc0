"""Objects of a submission that stay in the worker between calls: instances of its classes, and functions that it returns.

The grader gives each such object a handle, which is a short string that the grader has chosen. A request with ``"keep"``
stores its result under that handle; a request with ``"of"`` calls a method of the object, or the object itself if the
name of the method is empty; ``["kept", handle]`` passes the object as an argument, and ``["own", "sigmoid"]`` passes a
function or class of the submission. With ``"describe"`` the answer to ``"keep"`` describes the object, see
:func:`described`. A new object takes the place of the one that had its handle. Objects never leave the worker, and the
worker cannot name a handle: an answer that contains one is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from . import describe, state, values


def target(results: dict[str, Any], handle: str, method: str) -> Callable[..., Any]:
    """Return the method of a kept object, or the object itself.

    Raises AttributeError if it has no such method, LookupError if another process has kept it, which has ended.
    """
    if handle not in results:
        raise LookupError(values.LOST)
    item = results[handle]
    return getattr(item, method) if method else item  # type: ignore[no-any-return]


def described(value: Any) -> dict[str, Any]:
    """Return the type of an object, and the description of a call of it as in :mod:`describe`; None if it is no function."""
    call = None
    if callable(value) and not isinstance(value, type):
        own = type(value).__dict__.get("__call__")
        function = own if isinstance(own, FunctionType) else state.plain(value)
        call = {
            "parameters": describe.parameters(value),
            "returns": [] if function is None else describe.returned_names(function),
            "reads": [],
            "stores": [],
        }
    return {"type": type(value).__name__, "call": call}
