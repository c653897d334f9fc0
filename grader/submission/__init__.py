"""From a path to a :class:`Submission`: a ``.py``, a ``.ipynb``, or a folder or archive holding one."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..errors import UsageError
from ..language import _
from ..text import clean
from . import files

MAX_CODE = 1 << 20  # characters; to read them as Python takes the grader hundreds of bytes for each


@dataclass(frozen=True)
class Code:
    """A piece of Python for static checks, and where a student finds it: "" or "cell 3" or "helper.py".

    ``cell`` is its number in a notebook.
    """

    place: str
    text: str
    cell: int | None = None


class CannotRun(Exception):
    """Why a submission cannot be executed at all, in one sentence."""


@dataclass(frozen=True)
class Submission:
    """What a student hands in, read into memory once.

    ``files`` maps relative names to contents, ``entry`` is the one that is executed, ``code`` all the
    Python in them. ``problem`` says, in one sentence, why it cannot be executed at all; such a
    submission is graded, and every check ends as an error. ``raw`` is the text of a notebook as it was handed in.
    """

    path: str
    sha256: str
    kind: str
    entry: str
    files: dict[str, bytes]
    code: list[Code]
    problem: str | None
    raw: str = ""


def read(path: Path, assignment_name: str) -> Submission:
    """Read a submission; raises UsageError when there is no single file to grade at ``path``."""
    contents = files.read(path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else digest(contents)
    return _prepare(str(path), sha256, contents, assignment_name)


def read_contents(shown: str, contents: dict[str, bytes], assignment_name: str) -> Submission:
    """The same for files in memory; ``shown`` stands for the path."""
    return _prepare(shown, digest(contents), files.unpack(shown, contents), assignment_name)


def digest(contents: dict[str, bytes]) -> str:
    """The SHA-256 of a file, or of several with their names."""
    if len(contents) == 1:
        return hashlib.sha256(*contents.values()).hexdigest()
    found = hashlib.sha256()
    for name, content in sorted(contents.items()):
        found.update(os.fsencode(f"{name}\0{len(content)}\0") + content)
    return found.hexdigest()


def _prepare(path: str, sha256: str, contents: dict[str, bytes], assignment_name: str) -> Submission:
    entry = _choose(path, list(contents), assignment_name)
    kind = "notebook" if entry.lower().endswith(".ipynb") else "module"
    code, problem, raw = [], None, ""
    try:
        if kind == "notebook":
            text = contents[entry].decode("utf-8-sig")
            from . import notebook  # nbformat is slow to import, and a module does not need it

            prepared, cells = notebook.prepare(clean(entry, 80), text)
            contents = {**contents, entry: prepared}
            raw = text
            code = [Code(_("cell {number}").format(number=n), cell, n) for n, cell in enumerate(cells, start=1)]
        else:
            from . import encoding

            text = encoding.decode(clean(entry, 80), contents[entry])
            contents = {**contents, entry: text.encode()}  # as the worker reads it
            code = [Code("", text)]
    except UnicodeDecodeError as error:
        problem = _("{file} is not UTF-8 text (byte {byte} cannot be read): save it with the encoding UTF-8.").format(
            file=clean(entry, 80), byte=error.start
        )
    except CannotRun as error:
        problem = str(error)
    helpers = {name: content for name, content in contents.items() if name.endswith(".py") and name != entry}
    code += [Code(name, content.decode(errors="replace")) for name, content in helpers.items()]
    if problem is None and sum(len(part.text) for part in code) > MAX_CODE:
        problem = _("{file} and what lies beside it hold more than 1 MB of code: hand in numbers as data.").format(
            file=clean(entry, 80)
        )
    shown = os.fsencode(path).decode(errors="replace")
    return Submission(shown, sha256, kind, entry, contents, code, problem, raw)


def _choose(path: str, names: list[str], assignment_name: str) -> str:
    """Return the file to execute: the only notebook, else the only module or the one named as the assignment."""
    notebooks = [name for name in names if name.lower().endswith(".ipynb")]
    modules = [name for name in names if name.lower().endswith(".py")]
    if len(notebooks) == 1:
        return notebooks[0]
    if len(notebooks) > 1:
        raise UsageError(
            _("{path} holds {count} notebooks ({names}): name the one to grade, or remove the others.").format(
                path=path, count=len(notebooks), names=_some(notebooks)
            )
        )
    if len(modules) > 1:
        wanted = assignment_name.replace("-", "_")
        modules = [name for name in modules if PurePosixPath(name).stem.replace("-", "_") == wanted] or modules
    if len(modules) == 1:
        return modules[0]
    if modules:
        raise UsageError(
            _("{path} holds {count} Python files ({names}): name the one to grade, or call it {module}.py.").format(
                path=path, count=len(modules), names=_some(modules), module=assignment_name.replace("-", "_")
            )
        )
    raise UsageError(
        _("{path} holds no notebook (.ipynb) and no Python file (.py): give the path of your solution.").format(
            path=path
        )
    )


def _some(names: list[str]) -> str:
    shown = ", ".join(repr(name)[1:-1] for name in sorted(names)[:4])
    return shown + (", ..." if len(names) > 4 else "")
