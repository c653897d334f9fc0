"""Turns a path or files in memory into a :class:`Submission`."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ..support import git_conflicts
from ..support.i18n import _
from ..support.text import clean
from . import choice, encoding, files, notebook, python_code, unreadable
from .model import Code, Submission
from .problems import CannotRun, NothingToGrade, too_much_code

if TYPE_CHECKING:
    from ..assignment import Assignment


def read(path: Path, assignment: Assignment | str) -> Submission:
    """Read a submission; raises UsageError if there is not exactly one file to grade at ``path``.

    If ``path`` is a single file, that file is graded, whatever it contains.
    """
    contents = files.read(path)
    if not path.is_file() or not path.name.lower().endswith(files.ARCHIVES):
        sha256 = digest(contents)
    else:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if path.is_file() and not path.name.lower().endswith(files.ARCHIVES):
        return _prepare(str(path), sha256, contents, next(iter(contents)))
    contents = files.unpack_inner(str(path), contents)
    selection = choice.choose(str(path), contents, choice.expected_file(assignment))
    return _prepare(str(path), sha256, contents, selection.file, selection.code)


def read_file(name: str, content: bytes) -> Submission:
    """Read a single file in memory, which is graded whatever it contains."""
    return _prepare(name, digest({name: content}), {name: content}, name)


def read_contents(
    label: str, contents: dict[str, bytes], assignment: Assignment | str, pattern: str = ""
) -> Submission:
    """Read a submission from files in memory.

    ``label`` is the path in messages; ``pattern`` selects the file to grade. Raises UsageError.
    """
    selection, unpacked_contents = choose(label, contents, choice.expected_file(assignment), pattern)
    return _prepare(label, digest(contents), unpacked_contents, selection.file, selection.code)


def choose(
    label: str, contents: dict[str, bytes], expected: choice.ExpectedFile, pattern: str = ""
) -> tuple[choice.Choice, dict[str, bytes]]:
    """Return the file to grade among files in memory, and all files after unpacking archives; raises UsageError."""
    unpacked_contents = files.unpack_inner(label, files.unpack(label, contents))
    return choice.choose(label, unpacked_contents, expected, pattern), unpacked_contents


def digest(contents: dict[str, bytes]) -> str:
    """Return the SHA-256 of the content of one file, or of the names and contents of several files."""
    if len(contents) == 1:
        return hashlib.sha256(*contents.values()).hexdigest()
    sha256 = hashlib.sha256()
    for name, content in sorted(contents.items()):
        sha256.update(os.fsencode(f"{name}\0{len(content)}\0") + content)
    return sha256.hexdigest()


def _prepare(
    path: str, sha256: str, contents: dict[str, bytes], file: str, parsed: python_code.Source | None = None
) -> Submission:
    """Return the submission with ``file`` ready for execution, together with the files that it uses.

    ``parsed`` is the code of the file, if it was read before.
    """
    file_label = clean(file, 80)
    kind = choice.kind_of(file, contents[file])
    entry, tree = _from_its_folder(file, contents)
    code, problem, raw, notes = [], None, contents[file], _notes(kind, file)
    nothing = unreadable.explain(file_label, contents[file])
    try:
        if nothing is None and kind == "notebook":
            tree[entry], cells = notebook.prepare(file_label, raw)
            sources = (parsed or python_code.Source.of_cells(cells)).parts
            code = [
                Code(_("cell {number}").format(number=n), source.text, n, source)
                for n, source in enumerate(sources, start=1)
            ]
            notes += unreadable.conflicts_in_cells(file_label, cells)
        elif nothing is None and len(contents[file]) > 4 * python_code.MAX_CODE:
            problem = too_much_code(file_label)
        elif nothing is None:
            text = encoding.decode(file_label, contents[file])
            source = parsed if parsed is not None and parsed.text == text else python_code.Source(text)
            if source.tree is None:  # perhaps the cells of a notebook, copied with their magics
                plain = python_code.Source(notebook.plain_python(text))
                source = source if plain.tree is None else plain
            tree[entry] = source.text.encode()  # the worker reads UTF-8
            nothing = choice.nothing_written(file_label, source)
            code = [Code("", source.text, parsed=source)]
            line = git_conflicts.first_line(source.text)
            if line is not None and source.tree is None:
                problem = git_conflicts.sentence(file_label, line)
    except UnicodeDecodeError as error:
        problem = _("{file} is not UTF-8 text (byte {byte} cannot be read): save it with the encoding UTF-8.").format(
            file=file_label, byte=error.start
        )
    except CannotRun as error:
        problem = str(error)
    except NothingToGrade as error:
        nothing = str(error)
    if problem is None and python_code.is_too_much(*(part.text for part in code)):
        problem = too_much_code(file_label)
    helpers = choice.helpers(entry, [part.source for part in code], tree) if problem is None else []
    tree = {
        name: content
        for name, content in tree.items()
        if name in (entry, *helpers) or not files.is_python(name, content)
    }
    folder = file.rpartition("/")[0]
    for name in helpers:
        whole = f"{folder}/{name}" if f"{folder}/{name}" in contents else name
        code.append(Code(whole, python_code.text_of(tree[name])))
    if problem is None and python_code.is_too_much(*(part.text for part in code)):
        problem = too_much_code(file_label)
    label = os.fsencode(path).decode(errors="replace")
    return Submission(label, sha256, kind, entry, tree, code, problem, raw, file, nothing, notes)


def _from_its_folder(file: str, contents: dict[str, bytes]) -> tuple[str, dict[str, bytes]]:
    """Return the file's name and all contents, with paths relative to the folder of the file, where it is executed.

    Files outside this folder keep their path, so that a notebook in a folder finds a module at the top.
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
