"""Reads a file, folder or archive into memory, with caps, without following links or unpacking to disk."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any

from ..errors import UsageError

MAX_FILE = 50 << 20
MAX_TOTAL = 60 << 20
MAX_FILES = 2000
MAX_NAME = 1000  # characters, with the folders
MAX_DEPTH = 50  # folders
MAX_HEADERS = 100  # of one kind in a tar; each member gets a copy
MAX_ENTRIES = 50_000  # with those that are skipped, a .git folder for example
DAMAGED = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, gzip.BadGzipFile),
    *(EOFError, RuntimeError, NotImplementedError, IndexError),
)
SKIPPED = {"__MACOSX", "__pycache__", "node_modules"}
DECOMPRESSORS: dict[str, Callable[..., Any]] = {
    "gz": gzip.open,
    "tgz": gzip.open,
    "bz2": bz2.open,
    "xz": lzma.open,
}
Member = tuple[str, Callable[[], bytes | None]]  # a name, and how to get its content (None: too large)
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")


def read(path: Path) -> dict[str, bytes]:
    """Return {relative name: content} of what lies at ``path``; raises UsageError if it cannot be read."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return _collect(path, _folder_members(path))
        if not stat.S_ISREG(mode):
            raise UsageError(f"{path} is not a regular file: give a .py, a .ipynb, a folder or an archive.")
        name = path.name.lower()
        if name.endswith(ARCHIVES):
            members = _zip_members(path) if name.endswith(".zip") else _tar_members(path)
            return _collect(path, members)
        if not name.endswith((".py", ".ipynb")):
            raise UsageError(f"{path} is neither a notebook (.ipynb) nor a Python file (.py) nor a known archive.")
        return _collect(path, iter([(path.name, partial(_read_file, path))]))
    except FileNotFoundError as error:
        raise UsageError(f"{path} does not exist: check the path of your solution.") from error
    except DAMAGED as error:
        raise UsageError(f"{path} is a damaged or encrypted archive: pack it again.") from error
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read ({getattr(error, 'strerror', None) or error}).") from error


def _collect(path: Path, members: Iterator[Member]) -> dict[str, bytes]:
    """Gather the members that count, reading no more than the caps allow."""
    contents: dict[str, bytes] = {}
    total = 0
    for entry, (name, content) in enumerate(members):
        if entry >= MAX_ENTRIES:
            raise _too_large(path)
        if len(name) > MAX_NAME or name.count("/") > MAX_DEPTH:
            raise _cannot_be_laid_out(path, name)
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if not parts or any((part.startswith(".") and part != "..") or part in SKIPPED for part in parts):
            continue  # hidden files, checkpoints and caches are never the answer
        if parts[0] == "/" or ".." in parts or re.fullmatch("[A-Za-z]:", parts[0]):
            raise UsageError(f"{path} holds {name!r}, a path that leads out of it: pack it again from your own folder.")
        folders = {"/".join(parts[:depth]) for depth in range(1, len(parts))}
        whole = "/".join(parts)
        if max(map(len, map(os.fsencode, parts))) > 255 or folders & contents.keys() or _is_folder(whole, contents):
            raise _cannot_be_laid_out(path, name)
        raw = content()
        total += MAX_TOTAL if raw is None else len(raw)
        if raw is None or total > MAX_TOTAL or len(contents) >= MAX_FILES:
            raise _too_large(path)
        contents[whole] = raw
    return contents


def _is_folder(name: str, contents: dict[str, bytes]) -> bool:
    return any(other.startswith(name + "/") for other in contents)


def _cannot_be_laid_out(path: Path, name: str) -> UsageError:
    return UsageError(f"{path} holds {name[:80]!r}, which cannot be laid out as a file: pack it again.")


def _too_large(path: Path) -> UsageError:
    return UsageError(
        f"{path} is too large (more than {MAX_FILE >> 20} MB a file, {MAX_TOTAL >> 20} MB or {MAX_FILES} files in all): "
        "hand in the notebook or module without data, and clear its outputs."
    )


def _folder_members(folder: Path) -> Iterator[Member]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED)
        for name in sorted(names):
            path = Path(root, name)
            if stat.S_ISREG(path.lstat().st_mode):
                yield path.relative_to(folder).as_posix(), partial(_read_file, path)


def _read_file(path: Path) -> bytes | None:
    with path.open("rb") as file:
        return _at_most(file)


def _zip_members(path: Path) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if not info.is_dir() and not stat.S_ISLNK(info.external_attr >> 16):
                yield info.filename, partial(_read_zipped, archive, info)


def _read_zipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | None:
    with archive.open(info) as member:
        return _at_most(member)


def _tar_members(path: Path) -> Iterator[Member]:
    opener = next((opener for suffix, opener in DECOMPRESSORS.items() if path.name.lower().endswith(suffix)), open)
    with opener(path, "rb") as file:
        stream = _Limited(path, file)
        # As a stream, so that a bomb is met by what comes out of it, in headers as well as in members.
        with tarfile.open(fileobj=stream, mode="r|") as archive:  # type: ignore[call-overload]
            for entry, info in enumerate(archive):
                archive.members = []  # it would keep all of them, with their headers
                if entry >= MAX_ENTRIES or max(len(archive.pax_headers), len(info.pax_headers)) > MAX_HEADERS:
                    raise _too_large(path)
                member = archive.extractfile(info) if info.isfile() else None
                if member is not None:
                    yield info.name, partial(_at_most, member)


class _Limited:
    """A file that refuses to give more than any submission may hold."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._path = path
        self._file = file
        self._left = MAX_TOTAL + MAX_FILE

    def read(self, size: int) -> bytes:
        """Read as a file does; raises UsageError past the limit."""
        self._left -= size
        if self._left < 0:
            raise _too_large(self._path)
        return self._file.read(size)


def _at_most(file: IO[bytes]) -> bytes | None:
    """Read by what really comes out, not by the size that an archive declares; None if that is too much."""
    content = file.read(MAX_FILE + 1)
    return content if len(content) <= MAX_FILE else None
