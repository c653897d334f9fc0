"""Writes the script of ``--reproduce``: it repeats the examples of a report without the grader."""

from __future__ import annotations

import ast
import os
from pathlib import Path, PurePath

from ..smallest import display
from ..support.i18n import _
from . import reproduced
from .evidence import Example
from .model import Report

IMPORTS = """\
import ast
import contextlib
import io
import json
import os
import sys
import time
import types
import warnings
from pathlib import Path

import numpy as np
"""


def examples(report: Report) -> list[tuple[str, Example]]:
    """Return (check, example) of all checks that have one."""
    return [(check.name, check.evidence.example) for check in report.checks if check.evidence.example is not None]


def script(report: Report, submission: Path, target: Path) -> str | None:
    """Return the script that ``target`` gets, which loads the file ``submission``; None if no check has an example.

    The script finds the file by its path relative to the script, so both can be moved together.
    """
    cases = examples(report)
    if not cases:
        return None
    try:
        relative = PurePath(os.path.relpath(submission.resolve(), target.resolve().parent)).as_posix()
    except ValueError:  # on another drive
        relative = submission.resolve().as_posix()
    about = _(
        "Repeats calls of {file} that failed in the grader, and prints the values that the report shows.\n\n"
        "Run it with: python {script}\nIt needs NumPy and the packages that {file} imports, but not the grader.\n"
        "All statements of {file} run first. In a notebook these are its code cells from top to bottom, without lines that "
        "begin with % or !."
    ).format(file=submission.name, script=target.name)
    calls = "".join(f"    ({name!r}, {example.setup!r}, {example.call!r}),\n" for name, example in cases)
    parts = [
        f"{_literal(about)}\n\nfrom __future__ import annotations\n\n{IMPORTS.rstrip()}\n\nEXAMPLES = [\n{calls}]",
        _functions(Path(display.__file__)),
        _functions(Path(reproduced.__file__)),
        f'if __name__ == "__main__":\n    reproduce(Path(__file__).resolve().parent / {relative!r}, EXAMPLES)',
    ]
    return "\n\n\n".join(part.strip() for part in parts) + "\n"


def _literal(text: str) -> str:
    """Return text as a docstring."""
    safe = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"""{safe}\n"""'


def _functions(module: Path) -> str:
    """Return the source of a module without its docstring and imports."""
    source = module.read_text(encoding="utf-8")
    first = next(
        node for node in ast.parse(source).body if not isinstance(node, ast.Expr | ast.Import | ast.ImportFrom)
    )
    return "\n".join(source.splitlines()[first.lineno - 1 :])
