"""Replaces the grader in a worker, for notebooks that grade themselves.

``%load_ext grader``, ``%grade`` and ``grader.check`` do nothing here and succeed. The real grader, if a worker could see
it, would start to grade the notebook again.
"""

from __future__ import annotations

import importlib.abc
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace
from typing import Any

NAME = "grader"


class _StandIn(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the replacement, unless the submission contains a module of this name."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != NAME or os.path.exists(f"{NAME}.py") or os.path.isdir(NAME):
            return None
        return ModuleSpec(NAME, self)

    def exec_module(self, module: ModuleType) -> None:
        vars(module).update(check=check, load_ipython_extension=lambda _: None)


def check(*_: Any, **__: Any) -> Any:
    """Return a passed result, so that an ``assert`` on it does not end the cell."""
    return SimpleNamespace(passed=True, score=0.0, report=None)


def install() -> None:
    """Make ``import grader`` find the replacement in this process."""
    sys.meta_path.insert(0, _StandIn())


def register(shell: Any) -> None:
    """Make ``%grade`` do nothing in a notebook's shell, even if the cell that loads it is not run."""
    shell.register_magic_function(lambda *_: None, "line", "grade")
