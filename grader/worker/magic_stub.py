"""Stands in for the grader where a notebook asks it to grade itself: there it is being graded already.

``%load_ext grader``, ``%grade`` and ``grader.check`` do nothing here and succeed. The real grader, where a worker could
see it at all, would begin to grade the notebook within its own grading.
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
    """Finds the stand-in, unless the student has handed in something of that name."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != NAME or os.path.exists(f"{NAME}.py") or os.path.isdir(NAME):
            return None
        return ModuleSpec(NAME, self)

    def exec_module(self, module: ModuleType) -> None:
        vars(module).update(check=check, load_ipython_extension=lambda _: None)


def check(*_: Any, **__: Any) -> Any:
    """What a notebook goes on with; an ``assert`` on it is not to end the cell."""
    return SimpleNamespace(passed=True, score=0.0, report=None)


def install() -> None:
    """Let ``import grader`` find the stand-in, in this process."""
    sys.meta_path.insert(0, _StandIn())


def register(shell: Any) -> None:
    """Let ``%grade`` do nothing in a notebook's shell, whether or not the cell that loads it is run."""
    shell.register_magic_function(lambda *_: None, "line", "grade")
