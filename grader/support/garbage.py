"""Stops Python's search for garbage while many objects are created that stay."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def no_collection() -> Iterator[None]:
    """Do not search for garbage during imports, of whose time it takes a tenth; afterwards their objects are left out of the search.

    In a process that is forked, the memory of these objects stays shared.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
