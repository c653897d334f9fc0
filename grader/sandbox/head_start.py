"""Starts the program of a worker before the submission has been read, at the first look at its file.

A check of one submission spends most of its time on imports, its own and those of the worker. They run at the same time if
the worker's begin first, so this module imports little. A wrong guess costs time and changes nothing else.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from pathlib import Path

from ..machine import gpu_driver
from ..support.choices import Engine
from .warm import LIBRARY_OF, WarmKind, WarmStart

FIRST_BYTES = 1 << 20
IN_MODULE = re.compile(rb"^(?:import|from)\s+(\w+)", re.MULTILINE)
IN_NOTEBOOK = re.compile(rb'(?:"|\\n)(?:import|from)\s+(\w+)')  # at the beginning of a line of a cell


def begin(warm: WarmStart, submission: Path, engine: Engine) -> None:
    """Start the warm process that the submission probably needs. With a GPU no worker is forked from one."""
    if not gpu_driver.device_files():
        warm.begin(likely_kind(submission, engine))


def likely_kind(submission: Path, engine: Engine) -> WarmKind:
    """Return the kind of warm process for a file or folder; only its name and its first lines decide."""
    is_notebook = submission.suffix == ".ipynb" or any(submission.glob("*.ipynb"))
    packages: list[bytes] = []
    if submission.is_file():  # opening a pipe would wait for a writer
        with contextlib.suppress(OSError), submission.open("rb") as file:
            packages = (IN_NOTEBOOK if is_notebook else IN_MODULE).findall(file.read(FIRST_BYTES))
    libraries = {LIBRARY_OF[name.decode()] for name in packages if name.decode() in LIBRARY_OF}
    return WarmKind(engine if is_notebook else "module", frozenset(libraries))


def kinds_for_class(names: Iterable[str], solution: Path | None, engine: Engine) -> list[WarmKind]:
    """Return the kinds of warm processes for a class in which one submission has the files ``names``.

    The ``solution`` is graded first, if there is one. Libraries are imported when a submission needs them: not all
    submissions of a class need the same.
    """
    if gpu_driver.device_files():
        return []
    kinds = []
    endings = {Path(name).suffix for name in names}
    if endings & {".ipynb", ".py"}:
        kinds.append(WarmKind(engine if ".ipynb" in endings else "module", frozenset()))
    if solution is not None and solution.is_file():
        kinds.append(likely_kind(solution, engine))
    return [*dict.fromkeys(kind for kind in kinds if not kind.libraries)]
