"""Finds the file to grade from inside a notebook: the file that is being edited, as last saved.

Students hand in the file, and the grader executes it from top to bottom. The screen may show newer cells, and the kernel
may have variables from deleted cells. Therefore the file is graded, and the report says how old it is.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..support.errors import UsageError
from ..support.i18n import _
from ..support.text import clean

EXPLICIT = "%grade ASSIGNMENT FILE"
COLAB_SECONDS = 10  # time limit for getting the notebook from Colab


@dataclass(frozen=True)
class FileToGrade:
    """A file to grade.

    ``about`` are sentences about the file. A report shows ``label`` instead of the path. ``name`` is the name of the
    notebook; None if it is not known.
    """

    path: Path
    about: tuple[str, ...] = ()
    label: str | None = None
    name: str | None = None


def running_shell() -> Any:
    """Return the running IPython shell, or None. IPython is not imported."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def choose(submission: str | None, shell: Any, folder: Path) -> FileToGrade:
    """Return the file to grade; a notebook made from the cells of the session is written to ``folder``.

    Raises UsageError.
    """
    if submission is not None:
        return FileToGrade(Path(submission), name=submission)
    if shell is None:
        raise UsageError(_("There is no notebook here: give the file to grade as the second argument."))
    notebook = edited_notebook(shell.user_ns, os.environ)
    if notebook is None and "google.colab" in sys.modules:
        return _from_colab(folder) or _from_session(shell, folder)
    notebook = notebook or _only_notebook(Path.cwd())
    return _from_session(shell, folder) if notebook is None else _from_file(notebook, shell)


def _announced_paths(names: Mapping[str, Any], environment: Mapping[str, str]) -> list[str]:
    """Return the paths of this notebook according to VS Code and Jupyter; they may not exist in this process."""
    paths = [names.get("__vsc_ipynb_file__"), environment.get("JPY_SESSION_NAME")]
    return [path for path in paths if isinstance(path, str) and path.endswith(".ipynb")]


def edited_notebook(names: Mapping[str, Any], environment: Mapping[str, str]) -> Path | None:
    """Return the file of this notebook; None if neither VS Code nor Jupyter announces it."""
    for announced_path in _announced_paths(names, environment):
        # With real-time collaboration the name of a drive comes first. The folder is the server's; ours may differ.
        candidates = Path(announced_path), Path(announced_path.split(":", 1)[-1]), Path(Path(announced_path).name)
        for path in candidates:
            if path.is_file():
                return path
    return None


def _only_notebook(folder: Path) -> Path | None:
    notebooks = sorted(path for path in folder.glob("*.ipynb") if path.is_file())
    if len(notebooks) > 1:
        names = ", ".join(clean(path.name, 80) for path in notebooks[:4])
        message = _("There are several notebooks here ({names}): name the one to grade, as in {example}.")
        raise UsageError(message.format(names=names, example=EXPLICIT))
    return notebooks[0] if notebooks else None


def _from_file(path: Path, shell: Any) -> FileToGrade:
    age = max(0.0, time.time() - path.stat().st_mtime)
    about = [
        _("Graded as saved: {file}, {age}. Changes since then are not graded.").format(
            file=clean(path.name), age=ago(age)
        )
    ]
    if not _is_saved(_run_before(shell), path):
        about.append(_("The cell that you ran last is not in the saved file: save the notebook and grade it again."))
    return FileToGrade(path, tuple(about), name=path.name)


def ago(seconds: float) -> str:
    """Return how long ago something was saved, in words."""
    if seconds < 100:
        return _("saved {count} s ago").format(count=round(seconds))
    if seconds < 100 * 60:
        return _("saved {count} min ago").format(count=round(seconds / 60))
    if seconds < 48 * 3600:
        return _("saved {count} h ago").format(count=round(seconds / 3600))
    return _("saved {count} days ago").format(count=round(seconds / 86400))


def _cells_run(shell: Any) -> list[str]:
    """Return the cells of this session as typed; the last one is the running cell."""
    manager = shell.history_manager
    return [] if manager is None else [str(cell) for cell in manager.input_hist_raw[1:]]


def _run_before(shell: Any) -> str:
    """Return the cell that was run before the running cell, or ""."""
    return next(iter(_cells_run(shell)[-2:-1]), "")


def _is_saved(cell: str, path: Path) -> bool:
    """Return whether a notebook's file contains this cell; True if the file cannot be read."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
        sources = {"".join(other["source"]).strip() for other in cells}
    except (OSError, ValueError, KeyError, TypeError):  # grading reports what is wrong with the file
        return True
    return not cell.strip() or cell.strip() in sources


def _from_session(shell: Any, folder: Path) -> FileToGrade:
    """Return a notebook of the cells that were run, in that order, if no file was found: in Colab, or in a console."""
    import nbformat

    cells = [nbformat.v4.new_code_cell(cell) for cell in _cells_run(shell) if cell.strip()]
    path = folder / "session.ipynb"
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8", errors="replace")
    about = _(
        "The notebook's file was not found, so the cells that you ran in this session are graded in that order. "
        "The file that you hand in may differ."
    )
    name = next(iter(_announced_paths(shell.user_ns, os.environ)), None)
    return FileToGrade(path, (about,), _("the cells of this session"), name)


def _from_colab(folder: Path) -> FileToGrade | None:
    """Return the current notebook of Colab; None if Colab does not provide it."""
    try:
        messages = importlib.import_module("google.colab._message")
        notebook = messages.blocking_request("get_ipynb", request="", timeout_sec=COLAB_SECONDS)["ipynb"]
        name = notebook.get("metadata", {}).get("colab", {}).get("name")
        path = folder / "notebook.ipynb"
        path.write_text(json.dumps(notebook), encoding="utf-8", errors="replace")
    except Exception:  # the function is not public and may disappear
        return None
    name = name if isinstance(name, str) else None
    label = clean(name) if name else _("this notebook")
    return FileToGrade(path, (_("Graded in its current state in Colab: {file}.").format(file=label),), label, name)
