"""Finds what is to be graded from within a notebook: the file that is being edited, as it was saved last.

The file is what gets handed in, and it is executed from top to bottom; what stands on the screen may be newer, and what
the kernel holds may come from cells that are gone. So the file counts, and the report says how old it is.
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
COLAB_SECONDS = 10  # to hand the notebook over


@dataclass(frozen=True)
class Source:
    """A file to grade, sentences about it, what a report calls it, if not by its path, and the notebook's own name.

    ``name`` is None where it is not known.
    """

    path: Path
    about: tuple[str, ...] = ()
    shown: str | None = None
    name: str | None = None


def running_shell() -> Any:
    """IPython's shell, if this is one; without importing IPython."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def choose(submission: str | None, shell: Any, folder: Path) -> Source:
    """The source to grade; one made from the cells of the session goes to ``folder``. Raises UsageError."""
    if submission is not None:
        return Source(Path(submission), name=submission)
    if shell is None:
        raise UsageError(_("There is no notebook here: give the file to grade as the second argument."))
    edited = edited_notebook(shell.user_ns, os.environ)
    if edited is None and "google.colab" in sys.modules:
        return _from_colab(folder) or _from_session(shell, folder)
    edited = edited or _only_notebook(Path.cwd())
    return _from_session(shell, folder) if edited is None else _from_file(edited, shell)


def _told(names: Mapping[str, Any], environment: Mapping[str, str]) -> list[str]:
    """What VS Code and Jupyter say of where this notebook is; the file may be elsewhere, seen from here."""
    told = [names.get("__vsc_ipynb_file__"), environment.get("JPY_SESSION_NAME")]
    return [place for place in told if isinstance(place, str) and place.endswith(".ipynb")]


def edited_notebook(names: Mapping[str, Any], environment: Mapping[str, str]) -> Path | None:
    """The file of this notebook, where VS Code or Jupyter tell it."""
    for place in _told(names, environment):
        # With real-time collaboration a drive's name comes first; the folder is the server's, this process may be elsewhere.
        for path in (Path(place), Path(place.split(":", 1)[-1]), Path(Path(place).name)):
            if path.is_file():
                return path
    return None


def _only_notebook(folder: Path) -> Path | None:
    found = sorted(path for path in folder.glob("*.ipynb") if path.is_file())
    if len(found) > 1:
        names = ", ".join(clean(path.name, 80) for path in found[:4])
        message = _("There are several notebooks here ({names}): name the one to grade, as in {example}.")
        raise UsageError(message.format(names=names, example=EXPLICIT))
    return found[0] if found else None


def _from_file(path: Path, shell: Any) -> Source:
    age = max(0.0, time.time() - path.stat().st_mtime)
    about = [
        _("Graded as saved: {file}, {age}. Changes since then are not graded.").format(
            file=clean(path.name), age=ago(age)
        )
    ]
    if not _is_saved(_run_before(shell), path):
        about.append(
            _("The cell that was run last is not in the file like this: save the notebook, and grade it again.")
        )
    return Source(path, tuple(about), name=path.name)


def ago(seconds: float) -> str:
    """How long ago something was saved."""
    if seconds < 100:
        return _("saved {count} s ago").format(count=round(seconds))
    if seconds < 100 * 60:
        return _("saved {count} min ago").format(count=round(seconds / 60))
    if seconds < 48 * 3600:
        return _("saved {count} h ago").format(count=round(seconds / 3600))
    return _("saved {count} days ago").format(count=round(seconds / 86400))


def _cells_run(shell: Any) -> list[str]:
    """The cells of this session as they were typed, this one last."""
    manager = shell.history_manager
    return [] if manager is None else [str(cell) for cell in manager.input_hist_raw[1:]]


def _run_before(shell: Any) -> str:
    """The cell that was run before this one."""
    return next(iter(_cells_run(shell)[-2:-1]), "")


def _is_saved(cell: str, path: Path) -> bool:
    """Whether a notebook's file has this cell; yes where it cannot be told."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8-sig"))["cells"]
        saved = {"".join(found["source"]).strip() for found in cells}
    except (OSError, ValueError, KeyError, TypeError):  # the grader will say what is wrong with it
        return True
    return not cell.strip() or cell.strip() in saved


def _from_session(shell: Any, folder: Path) -> Source:
    """A notebook of what was run, in that order, where there is no file to be found: in Colab, or in a console."""
    import nbformat

    cells = [nbformat.v4.new_code_cell(cell) for cell in _cells_run(shell) if cell.strip()]
    path = folder / "session.ipynb"
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8", errors="replace")
    about = _(
        "The notebook's file cannot be found from here, so the cells that were run in this session are graded, in that order; "
        "what is handed in may differ from them."
    )
    name = next(iter(_told(shell.user_ns, os.environ)), None)
    return Source(path, (about,), _("the cells of this session"), name)


def _from_colab(folder: Path) -> Source | None:
    """The notebook as it stands in Colab now; None where Colab does not hand it over."""
    try:
        messages = importlib.import_module("google.colab._message")
        opened = messages.blocking_request("get_ipynb", request="", timeout_sec=COLAB_SECONDS)["ipynb"]
        name = opened.get("metadata", {}).get("colab", {}).get("name")
        path = folder / "notebook.ipynb"
        path.write_text(json.dumps(opened), encoding="utf-8", errors="replace")
    except Exception:  # it is no public function, and may be gone
        return None
    name = name if isinstance(name, str) else None
    shown = clean(name) if name else _("this notebook")
    return Source(path, (_("Graded as it is in Colab now: {file}.").format(file=shown),), shown, name)
