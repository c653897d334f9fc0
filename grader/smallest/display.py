"""Shows a value that a function returned, in one line. Scripts of ``--reproduce`` contain this file, so it needs only NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

LONGEST = 300  # characters
SMALLEST, LARGEST = 1e-7, 1e15  # numbers beyond them keep the exponent


def as_text(value: Any) -> str:
    """Return a value as students know it from Python, with arrays as lists and numbers with at most six digits."""
    text = _text(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def container(value: list[Any] | tuple[Any, ...] | dict[Any, Any], text_of: Callable[[Any], str]) -> str:
    """Return a list, tuple or dict as Python code, with its parts as ``text_of`` writes them."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {text_of(item)}' for key, item in value.items())}}}"
    parts = ", ".join(map(text_of, value))
    if isinstance(value, list):
        return f"[{parts}]"
    return f"({parts}{',' if len(value) == 1 else ''})"


def _digits(value: float) -> str:
    """Return a number with at most six digits, as Python writes it: with an exponent only if it has many zeros."""
    text = f"{value:.6g}"
    if "e" not in text:
        return text
    if SMALLEST <= abs(value) < 1:
        return np.format_float_positional(float(text), trim="-")
    return f"{value:.0f}" if abs(value) < LARGEST else text


def _text(value: Any) -> str:
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, float):
        return _digits(value)
    if isinstance(value, list | tuple | dict):
        return container(value, _text)
    if value is None or isinstance(value, bool | int | complex | str):
        return repr(value)
    return f"<{getattr(value, 'type_name', type(value).__name__)}>"
