"""From a path to a :class:`Submission`: a ``.py``, a ``.ipynb``, or a folder or archive holding one."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ..support import git_conflicts
from ..support.i18n import _
from ..support.text import clean
from . import choice, defined, files, unreadable

if TYPE_CHECKING:
    from ..assignment import Assignment


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


class NothingToGrade(Exception):
    """Why there is nothing in a submission that could get a score, in one sentence."""


@dataclass(frozen=True)
class Submission:
    """What a student hands in, read into memory once.

    ``files`` maps relative names to contents, from the folder of the one that is executed, ``entry``; ``file`` is that
    one's path in what was handed in. ``code`` is all the Python in them. ``problem`` says, in one sentence, why it cannot
    be executed at all; such a submission is graded, and every check ends as an error. ``nothing`` says why there is
    nothing to grade; such a submission has no score. ``raw`` is a notebook as it was handed in, ``notes`` are
    sentences on what was taken for what.
    """

    path: str
    sha256: str
    kind: str
    entry: str
    files: dict[str, bytes]
    code: list[Code]
    problem: str | None
    raw: bytes = b""
    file: str = ""
    nothing: str | None = None
    notes: tuple[str, ...] = ()


def read(path: Path, assignment: Assignment | str) -> Submission:
    """Read a submission; raises UsageError when there is no single file to grade at ``path``.

    A path of a file is taken at its word: that file is read, whatever is in it.
    """
    contents = files.read(path)
    if not path.is_file() or not path.name.lower().endswith(files.ARCHIVES):
        sha256 = digest(contents)
    else:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if path.is_file() and not path.name.lower().endswith(files.ARCHIVES):
        return _prepare(str(path), sha256, contents, *contents)
    contents = files.unpack_inner(str(path), contents)
    return _prepare(str(path), sha256, contents, choice.choose(str(path), contents, choice.expected(assignment)).file)


def read_contents(
    shown: str, contents: dict[str, bytes], assignment: Assignment | str, pattern: str = ""
) -> Submission:
    """The same for files in memory; ``shown`` stands for the path, ``pattern`` chooses the file."""
    chosen, unpacked = choose(shown, contents, choice.expected(assignment), pattern)
    return _prepare(shown, digest(contents), unpacked, chosen.file)


def choose(
    shown: str, contents: dict[str, bytes], wanted: choice.Expected, pattern: str = ""
) -> tuple[choice.Choice, dict[str, bytes]]:
    """Which of the files in memory is graded, and what they are when they are unpacked; raises UsageError."""
    unpacked = files.unpack_inner(shown, files.unpack(shown, contents))
    return choice.choose(shown, unpacked, wanted, pattern), unpacked


def digest(contents: dict[str, bytes]) -> str:
    """The SHA-256 of a file, or of several with their names."""
    if len(contents) == 1:
        return hashlib.sha256(*contents.values()).hexdigest()
    found = hashlib.sha256()
    for name, content in sorted(contents.items()):
        found.update(os.fsencode(f"{name}\0{len(content)}\0") + content)
    return found.hexdigest()


def _prepare(path: str, sha256: str, contents: dict[str, bytes], file: str) -> Submission:
    """Get ``file`` ready for execution, with what it uses."""
    shown_file = clean(file, 80)
    kind = choice.kind_of(file, contents[file])
    entry, tree = _from_its_folder(file, contents)
    code, problem, raw, notes = [], None, b"", _notes(kind, file)
    nothing = unreadable.told(shown_file, contents[file])
    try:
        if nothing is None and kind == "notebook":
            from . import notebook  # a module does not need it

            raw = contents[file]
            tree[entry], cells = notebook.prepare(shown_file, raw)
            code = [Code(_("cell {number}").format(number=n), cell, n) for n, cell in enumerate(cells, start=1)]
            notes += unreadable.conflicts_in_cells(shown_file, cells)
        elif nothing is None and len(contents[file]) > 4 * defined.MAX_CODE:
            problem = too_much_code(shown_file)
        elif nothing is None:
            from . import encoding

            text = encoding.decode(shown_file, contents[file])
            if defined.parse(text) is None:  # perhaps the cells of a notebook, copied with their magics
                from . import notebook

                plain = notebook.plain_python(text)
                text = text if defined.parse(plain) is None else plain
            tree[entry] = text.encode()  # as the worker reads it
            nothing = choice.nothing_written(shown_file, text)
            code = [Code("", text)]
            line = git_conflicts.first_line(text)
            if line is not None and defined.parse(text) is None:
                problem = git_conflicts.sentence(shown_file, line)
    except UnicodeDecodeError as error:
        problem = _("{file} is not UTF-8 text (byte {byte} cannot be read): save it with the encoding UTF-8.").format(
            file=shown_file, byte=error.start
        )
    except CannotRun as error:
        problem = str(error)
    except NothingToGrade as error:
        nothing = str(error)
    used = choice.helpers(entry, [part.text for part in code], tree) if problem is None else []
    tree = {
        name: content for name, content in tree.items() if name in (entry, *used) or not files.is_python(name, content)
    }
    folder = file.rpartition("/")[0]
    for name in used:
        whole = f"{folder}/{name}" if f"{folder}/{name}" in contents else name
        code.append(Code(whole, defined.text_of(tree[name])))
    if problem is None and defined.is_too_much(*(part.text for part in code)):
        problem = too_much_code(shown_file)
    shown = os.fsencode(path).decode(errors="replace")
    return Submission(shown, sha256, kind, entry, tree, code, problem, raw, file, nothing, notes)


def too_much_code(file: str) -> str:
    """The sentence about a file that, with what it uses, is longer than a solution can be."""
    return _(
        "{file} and what lies beside it hold more than 1 MB of code, or {count:,} words and signs: hand in numbers as data."
    ).format(file=file, count=defined.MOST_WORDS)


def _from_its_folder(file: str, contents: dict[str, bytes]) -> tuple[str, dict[str, bytes]]:
    """The file's name and all contents as they are seen from its folder, where it is executed.

    What lies elsewhere keeps its path, so that a module at the top is found by a notebook in a folder.
    """
    folder = file.rpartition("/")[0]
    if not folder:
        return file, dict(contents)
    inside = {name.removeprefix(f"{folder}/"): text for name, text in contents.items() if name.startswith(f"{folder}/")}
    folders = {str(parent) for name in inside for parent in PurePosixPath(name).parents}
    rest = {
        name: content
        for name, content in contents.items()
        if not name.startswith(f"{folder}/")
        and name not in folders
        and not inside.keys() & {name, *map(str, PurePosixPath(name).parents)}
    }
    return file.rpartition("/")[2], {**rest, **inside}


def _notes(kind: str, file: str) -> tuple[str, ...]:
    ending = ".ipynb" if kind == "notebook" else ".py"
    if file.lower().endswith(ending):
        return ()
    sentence = (
        _("{file} was read as a notebook: save it as .ipynb.")
        if kind == "notebook"
        else _("{file} was read as a Python file: save it as .py.")
    )
    return (sentence.format(file=clean(PurePosixPath(file).name, 80)),)
