"""Reads a file, folder or archive into memory, within limits; it follows no links and unpacks nothing to disk."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any

from ..support.errors import UsageError
from ..support.i18n import _
from ..support.text import clean

MAX_FILE = 50 << 20
MAX_TOTAL = 60 << 20
MAX_FILES = 2000
MAX_NAME = 1000  # characters, including the folders
MAX_DEPTH = 50  # folders
MAX_HEADERS = 100  # of one kind in a tar; each member gets a copy
MAX_ENTRIES = 50_000  # including those that are skipped, for example a .git folder
DAMAGED = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, gzip.BadGzipFile),
    *(EOFError, RuntimeError, NotImplementedError, IndexError),
)
# Files and folders that tools create: they are not read and do not count for the limits.
SKIPPED = {
    *("__macosx", "__pycache__", "ipynb_checkpoints", "node_modules", "bower_components"),
    *("venv", "virtualenv", "site-packages", "dist-packages", "conda-meta", "pyvenv.cfg"),
}
SYSTEM_FOLDERS = (".git", ".ipynb_checkpoints", ".Trash", ".Trashes")  # hidden folders that never contain a submission
# A virtual environment of any name, recognised by its content.
ENVIRONMENT = re.compile(
    r"(?:^|/)(?:(?:(?:[^/]*[-_. ])?env\d*(?:[-_. ][^/]*)?|[^/]*venv[^/]*)/(?:bin|lib|lib64|include|share|etc|scripts)"
    r"|lib(?:64)?/python\d[\d.]*)(?:/|$)",
    re.IGNORECASE,
)
MAX_UNPACKED = 3  # levels of nested archives
DECOMPRESSORS: dict[str, Callable[..., Any]] = {
    "gz": gzip.open,
    "tgz": gzip.open,
    "bz2": bz2.open,
    "xz": lzma.open,
}
# A notebook or module, also as browsers save it: with a number or another extension after the name.
NAMED = re.compile(
    r"(?P<stem>.+)\.(?P<kind>ipynb|py)(?: ?\(\d+\))?(?:\.(?:txt|json|download))?", re.IGNORECASE | re.DOTALL
)
MAY_BE_NOTEBOOK = (".json", ".txt")
SPACE = b" \t\r\n\x00\xef\xbb\xbf"  # including the byte order mark that some editors write
Member = tuple[str, Callable[[], bytes | None]]  # a name, and a function that returns the content (None: too large)
PYTHON = (".py", ".ipynb")
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")


def too_large(name: str) -> str:
    """Return the sentence for a file that makes a submission too large."""
    sentence = _("{file} is too large: a submission may have at most {size} MB in total.")
    return sentence.format(file=clean(name), size=MAX_TOTAL >> 20)


def read(path: Path, root: Path | None = None) -> dict[str, bytes]:
    """Return {relative name: content} of the file, folder or archive at ``path``.

    Raises UsageError if it cannot be read. A link to a folder is followed. A link to a file is followed only to a
    visible file in the folder ``root``, by default the folder of the link: other files are not the student's, and
    messages quote parts of files.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return _collect(path, folder_members(path))
        if not stat.S_ISREG(mode):
            raise UsageError(
                _("{path} is not a regular file: give a .py, a .ipynb, a folder or an archive.").format(path=path)
            )
        if path.is_symlink() and not _is_within(path.resolve(), (root or path.parent).resolve()):
            raise UsageError(
                _("{path} is a link that leads out of its folder or to a hidden file: give the file itself.").format(
                    path=path
                )
            )
        with path.open("rb") as file:
            return _read_open(str(path), path.name, file)
    except FileNotFoundError as error:
        raise UsageError(_("{path} does not exist: check the path of your solution.").format(path=path)) from error
    except DAMAGED as error:
        raise UsageError(_("{path} is a damaged or encrypted archive: pack it again.").format(path=path)) from error
    except (OSError, ValueError) as error:
        raise UsageError(
            _("{path} cannot be read ({reason}).").format(path=path, reason=getattr(error, "strerror", None) or error)
        ) from error


def unpack(label: str, contents: dict[str, bytes]) -> dict[str, bytes]:
    """Return the same as :func:`read` for files in memory, for example from the archive of a course system.

    If they include one archive and neither a notebook nor a Python file, only the content of that archive counts.
    """
    archives = [name for name in contents if name.lower().endswith(ARCHIVES)]
    has_python = any(name.lower().endswith(PYTHON) for name in contents)
    only = archives[0] if len(archives) == 1 and not has_python else None
    try:
        if only is not None:
            return _read_open(label, only, io.BytesIO(contents[only]))
        return _collect(label, iter([(name, partial(contents.get, name)) for name in sorted(contents)]))
    except DAMAGED as error:
        raise UsageError(_("{path} is a damaged or encrypted archive: pack it again.").format(path=label)) from error
    except (OSError, ValueError) as error:
        raise UsageError(
            _("{path} cannot be read ({reason}).").format(path=label, reason=getattr(error, "strerror", None) or error)
        ) from error


def unpack_inner(label: str, contents: dict[str, bytes]) -> dict[str, bytes]:
    """Return ``contents`` with the files of its one archive, unless there is a Python file next to it."""
    for _depth in range(MAX_UNPACKED):
        archives = [name for name in contents if name.lower().endswith(ARCHIVES)]
        if len(archives) != 1 or any(name.lower().endswith(PYTHON) for name in contents):
            break
        archive = archives[0]
        rest = {name: content for name, content in contents.items() if name != archive}
        contents = {**rest, **unpack(f"{label}/{archive}", {archive: contents[archive]})}
    return contents


def is_skipped(name: str) -> bool:
    """Return whether the path of a file shows that it is hidden or made by a tool, so not part of the submission."""
    name = name.replace("\\", "/")
    parts = name.split("/")
    if any((part.startswith(".") and part not in (".", "..")) or part.lower() in SKIPPED for part in parts):
        return True
    return ENVIRONMENT.search(name) is not None


def is_hidden_answer(name: str) -> bool:
    """Return whether a file is hidden only by a dot at the beginning of a name and may be meant as the submission."""
    parts = name.replace("\\", "/").split("/")
    hidden = next((part for part in parts if part.startswith(".") and part not in (".", "..")), "")
    from_system = hidden.startswith("._") or hidden in SYSTEM_FOLDERS
    others = "/".join(part for part in parts if part != hidden)
    return (
        hidden != ""
        and not from_system
        and not ENVIRONMENT.search(name)
        and not is_skipped(others)
        and parts[-1].lower().endswith((*PYTHON, *ARCHIVES))
    )


def not_read(path: Path | str, names: Iterable[str], links: Iterable[str]) -> str | None:
    """Return why nothing was found at ``path``, if hidden files or links have the names of gradable files; else None."""
    hidden = next(filter(is_hidden_answer, sorted(names)), None)
    if hidden is not None:
        sentence = _("{path} contains {file}, which is hidden because a name in it begins with a dot: rename it.")
        return sentence.format(path=path, file=clean(hidden, 80))
    link = next((name for name in sorted(links) if name.lower().endswith((*PYTHON, *ARCHIVES))), None)
    if link is not None:
        sentence = _("{path} contains {file}, which is a link. Links are not followed: hand in the file itself.")
        return sentence.format(path=path, file=clean(link, 80))
    return None


def is_python(name: str, content: bytes) -> bool:
    """Return whether a file is a notebook or a module, by its name or, if a browser changed that, by its content."""
    return NAMED.fullmatch(name) is not None or (name.lower().endswith(MAY_BE_NOTEBOOK) and is_notebook(content))


def is_notebook(content: bytes) -> bool:
    """Return whether a file begins like a notebook and contains the keys of one."""
    return content.lstrip(SPACE).startswith(b"{") and b'"cells"' in content and b'"cell_type"' in content


def _read_open(path: str, name: str, file: IO[bytes]) -> dict[str, bytes]:
    if name.lower().endswith(".zip"):
        with zipfile.ZipFile(file) as archive:
            return _collect(path, zip_members(archive))
    if name.lower().endswith(ARCHIVES):
        return _collect(path, _tar_members(path, file))
    content = at_most(file)
    if content is None:
        raise _too_large(path)
    if name.lower() in PYTHON:
        raise UsageError(_("The name of {path} is only an extension: give the file a name.").format(path=path))
    if not is_python(name, content):
        raise UsageError(
            _("{path} is neither a notebook (.ipynb) nor a Python file (.py) nor a supported archive.").format(
                path=path
            )
        )
    return {name: content}


def _collect(path: Path | str, members: Iterator[Member]) -> dict[str, bytes]:
    """Return the members that are part of the submission; raise UsageError if they exceed the limits."""
    contents: dict[str, bytes] = {}
    hidden: list[str] = []
    total = 0
    for entry, (name, content) in enumerate(members):
        if entry >= MAX_ENTRIES:
            raise _too_large(path)
        if len(name) > MAX_NAME or name.count("/") > MAX_DEPTH:
            raise _cannot_be_laid_out(path, name)
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if not parts or is_skipped(name):
            hidden += [name] if is_hidden_answer(name) else []
            continue
        if parts[0] == "/" or ".." in parts or re.fullmatch("[A-Za-z]:", parts[0]):
            raise UsageError(
                _("{path} contains {name!r}, a path that leads out of it: pack it again from your own folder.").format(
                    path=path, name=name
                )
            )
        folders = {"/".join(parts[:depth]) for depth in range(1, len(parts))}
        whole = "/".join(parts)
        if max(map(len, map(os.fsencode, parts))) > 255 or folders & contents.keys() or _is_folder(whole, contents):
            raise _cannot_be_laid_out(path, name)
        raw = content()
        total += MAX_TOTAL if raw is None else len(raw)
        if raw is None or total > MAX_TOTAL or len(contents) >= MAX_FILES:
            raise _too_large(path)
        contents[whole] = raw
    if not any(is_python(name, content) or name.lower().endswith(ARCHIVES) for name, content in contents.items()):
        in_folder, links = _overlooked(path) if isinstance(path, Path) and path.is_dir() else ([], [])
        reason = not_read(path, [*hidden, *in_folder], links)
        if reason is not None:
            raise UsageError(reason)
    return contents


def _overlooked(folder: Path) -> tuple[list[str], list[str]]:
    """Return the hidden files in a folder that may be meant as the submission, and the links, by relative path."""
    hidden, links = [], []
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in SYSTEM_FOLDERS]
        for path in (Path(root, name) for name in (*folders, *names)):
            name = path.relative_to(folder).as_posix()
            if path.is_symlink():
                links.append(name)
            elif path.is_file() and is_hidden_answer(name):
                hidden.append(name)
    return hidden, links


def _is_within(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder) and not is_skipped(path.relative_to(folder).as_posix())


def _is_folder(name: str, contents: dict[str, bytes]) -> bool:
    return any(other.startswith(name + "/") for other in contents)


def _cannot_be_laid_out(path: Path | str, name: str) -> UsageError:
    return UsageError(
        _("{path} contains {name!r}, which cannot be stored as a file: pack it again.").format(
            path=path, name=name[:80]
        )
    )


def _too_large(path: Path | str) -> UsageError:
    return UsageError(
        _(
            "{path} is too large (limits: {size} MB for a file, {total} MB and {files} files in total): hand in the notebook or module without data, and clear its outputs."
        ).format(path=path, size=MAX_FILE >> 20, total=MAX_TOTAL >> 20, files=MAX_FILES)
    )


def folder_members(folder: Path) -> Iterator[Member]:
    """Yield the regular files of a folder, without hidden files; links are not followed."""
    for root, folders, names in os.walk(folder):
        inside = Path(root).relative_to(folder)
        folders[:] = sorted(name for name in folders if not is_skipped((inside / name).as_posix()))
        for name in sorted(names):
            path = Path(root, name)
            if not is_skipped((inside / name).as_posix()) and stat.S_ISREG(path.lstat().st_mode):
                yield path.relative_to(folder).as_posix(), partial(_read_file, path)


def _read_file(path: Path) -> bytes | None:
    # Others may write to the folder: a regular file may have been replaced by a link or a pipe since it was listed.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb") as file:
        return at_most(file)


def zip_members(archive: zipfile.ZipFile) -> Iterator[Member]:
    """Yield the regular files of an archive; they can be read while it is open."""
    for info in archive.infolist():
        if not info.is_dir() and not stat.S_ISLNK(info.external_attr >> 16):
            yield info.filename, partial(_read_zipped, archive, info)


def _read_zipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | None:
    with archive.open(info) as member:
        return at_most(member)


def _tar_members(path: str, packed: IO[bytes]) -> Iterator[Member]:
    opener = next((opener for suffix, opener in DECOMPRESSORS.items() if path.lower().endswith(suffix)), None)
    with nullcontext(packed) if opener is None else opener(packed, "rb") as file:
        stream = _Limited(path, file)
        # As a stream: the limit counts the bytes that are really unpacked, in headers as well as in members.
        with tarfile.open(fileobj=stream, mode="r|") as archive:  # type: ignore[call-overload]
            for entry, info in enumerate(archive):
                archive.members = []  # otherwise the archive keeps all members in memory, with their headers
                if entry >= MAX_ENTRIES or max(len(archive.pax_headers), len(info.pax_headers)) > MAX_HEADERS:
                    raise _too_large(path)
                member = archive.extractfile(info) if info.isfile() else None
                if member is not None:
                    yield info.name, partial(at_most, member)


class _Limited:
    """A file that raises UsageError if more is read than a submission may contain."""

    def __init__(self, path: str, file: IO[bytes]) -> None:
        self._path = path
        self._file = file
        self._remaining = MAX_TOTAL + MAX_FILE

    def read(self, size: int) -> bytes:
        """Read up to ``size`` bytes; raise UsageError beyond the limit."""
        self._remaining -= size
        if self._remaining < 0:
            raise _too_large(self._path)
        return self._file.read(size)


def at_most(file: IO[bytes]) -> bytes | None:
    """Return the content; None if it is too large. The bytes are counted, since an archive may declare a wrong size."""
    content = file.read(MAX_FILE + 1)
    return content if len(content) <= MAX_FILE else None
