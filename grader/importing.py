"""Executes Python files of an assignment's author, such as its reference, in the grader's own process."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType


def import_file(path: Path) -> ModuleType:
    """Execute a Python file of an assignment's author and return it as a module; raises what it raises."""
    spec = importlib.util.spec_from_file_location(f"grader_reference_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with _quiet_stderr():
        spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    """TensorFlow greets on the file descriptor, before any of its own settings can silence it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    kept, silent = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(silent, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(silent)
