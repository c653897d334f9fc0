"""Pickled objects for Dask, which writes arguments and exceptions into logs and onto its dashboard.

A sealed object appears there only as "<sealed>": submissions, answers of the reference and seeds stay secret.
"""

from __future__ import annotations

import pickle
from typing import Any


class Sealed:
    """A pickled object."""

    __slots__ = ("_content",)

    def __init__(self, value: object) -> None:
        self._content = pickle.dumps(value)

    def open(self) -> Any:
        """Return a copy of the object."""
        return pickle.loads(self._content)

    def __repr__(self) -> str:
        return "<sealed>"
