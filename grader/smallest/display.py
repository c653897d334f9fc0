"""Shows a value that a function returned, in one line. Scripts of ``--reproduce`` contain this file, so it needs only NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

LONGEST = 300  # characters


def as_text(value: Any) -> str:
    """Return a value as students know it from Python, with arrays as lists and numbers with at most six digits."""
    text = _text(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _text(value: Any) -> str:
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(_text, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {_text(item)}' for key, item in value.items())}}}"
    if value is None or isinstance(value, bool | int | complex | str):
        return repr(value)
    return f"<{getattr(value, 'type_name', type(value).__name__)}>"
