"""Loads a submission and repeats calls of its functions. Scripts of ``--reproduce`` contain these functions, so they need only
Python, NumPy and :func:`as_text`."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import os
import sys
import time
import types
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..smallest.display import as_text

SLOW = 2.0  # seconds: a file that takes longer is loaded only once
LONGEST_ERROR = 200  # characters


def sources(file: Path) -> list[str]:
    """Return the Python source of a module, or of each code cell of a notebook without the lines of magics."""
    text = file.read_text(encoding="utf-8-sig")
    if file.suffix.lower() != ".ipynb":
        return [text]
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    codes = [("".join(cell["source"])) for cell in cells]
    return ["\n".join(map(without_magic, code.split("\n"))) for code in codes if not code.startswith("%%")]


def without_magic(line: str) -> str:
    """Return a line of a cell, or ``pass`` for a magic or a command of the shell."""
    start = line.lstrip()
    return line[: len(line) - len(start)] + "pass" if start.startswith(("%", "!", "?")) else line


def statements(file: Path) -> Iterator[ast.stmt]:
    """Yield the statements of a file. A cell that is not valid Python is reported and left out."""
    for source in sources(file):
        try:
            yield from ast.parse(source, str(file)).body
        except SyntaxError as error:
            print(f"Left out, because it is not valid Python: {error}", file=sys.stderr)


def load(file: Path) -> dict[str, Any]:
    """Return the names that a file defines. A statement that fails is reported, and the rest runs all the same."""
    module = types.ModuleType("submission")
    module.__file__ = str(file)
    sys.modules[module.__name__] = module
    for statement in statements(file):
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(ast.Module([statement], []), str(file), "exec"), module.__dict__)
        except (Exception, SystemExit) as error:
            print(f"Line {statement.lineno} failed: {error_text(error)}", file=sys.stderr)
    module.__dict__.setdefault("np", np)
    return module.__dict__


def error_text(error: BaseException) -> str:
    """Return the type and the message of an exception in one line."""
    message = " ".join(str(error).split()) or "no message"
    if len(message) > LONGEST_ERROR:
        message = f"{message[: LONGEST_ERROR - 3]}..."
    return type(error).__name__ if isinstance(error, NotImplementedError) else f"{type(error).__name__}: {message}"


def result(names: dict[str, Any], setup: Sequence[str], call: str) -> str:
    """Return the line of the report: the call, and the value that it gives or the exception that it raises."""
    code = "; ".join([*setup, call])
    try:
        with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            for statement in setup:
                exec(statement, names)
            return f"{code} gives {as_text(eval(call, names))}"
    except (Exception, SystemExit) as error:
        return f"{code} raises {error_text(error)}"


def reproduce(file: Path, examples: Sequence[tuple[str, Sequence[str], str]]) -> None:
    """Print each example: the name of the check and the call with its result. The file is loaded before each of them."""
    os.environ.setdefault("MPLBACKEND", "Agg")  # figures open no window
    warnings.simplefilter("ignore")
    sys.path.insert(0, str(file.parent))
    os.chdir(file.parent)
    names: dict[str, Any] | None = None
    for check, setup, call in examples:
        if names is None:
            start = time.monotonic()
            names = load(file)
            is_slow = time.monotonic() - start > SLOW
        print(f"{check}: {result(names, setup, call)}")
        names = names if is_slow else None
