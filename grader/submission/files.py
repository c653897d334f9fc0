"""Reads a file, folder or archive into memory, with caps, without following links or unpacking to disk."""

from __future__ import annotations

import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from ..errors import UsageError

MAX_FILE = 50 << 20
MAX_TOTAL = 100 << 20
MAX_MEMBERS = 2000
SKIPPED = {"__MACOSX", "__pycache__", "node_modules"}
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
        return _collect(path, iter([(path.name, path.read_bytes() if path.stat().st_size <= MAX_FILE else None)]))
    except FileNotFoundError as error:
        raise UsageError(f"{path} does not exist: check the path of your solution.") from error
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise UsageError(f"{path} is a damaged or encrypted archive: pack it again.") from error
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read ({getattr(error, 'strerror', None) or error}).") from error


def _collect(path: Path, members: Iterator[tuple[str, bytes | None]]) -> dict[str, bytes]:
    """Gather the members; None for a content stands for one that is too large to read."""
    contents: dict[str, bytes] = {}
    total = 0
    for name, content in members:
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if not parts or any((part.startswith(".") and part != "..") or part in SKIPPED for part in parts):
            continue  # hidden files, checkpoints and caches are never the answer
        if parts[0] == "/" or ".." in parts or ":" in parts[0]:
            raise UsageError(f"{path} holds {name!r}, a path that leads out of it: pack it again from your own folder.")
        total += len(content or b"")
        if content is None or total > MAX_TOTAL or len(contents) >= MAX_MEMBERS:
            raise UsageError(
                f"{path} is too large (more than {MAX_FILE >> 20} MB a file, {MAX_TOTAL >> 20} MB or {MAX_MEMBERS} files "
                "in all): hand in the notebook or module without data, and clear its outputs."
            )
        contents["/".join(parts)] = content
    return contents


def _folder_members(folder: Path) -> Iterator[tuple[str, bytes | None]]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED)
        for name in sorted(names):
            path = Path(root, name)
            status = path.lstat()
            if stat.S_ISREG(status.st_mode) and not name.startswith("."):
                relative = path.relative_to(folder).as_posix()
                yield relative, path.read_bytes() if status.st_size <= MAX_FILE else None


def _zip_members(path: Path) -> Iterator[tuple[str, bytes | None]]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if not info.is_dir() and not stat.S_ISLNK(info.external_attr >> 16):
                with archive.open(info) as member:
                    yield info.filename, _at_most(member, MAX_FILE)


def _tar_members(path: Path) -> Iterator[tuple[str, bytes | None]]:
    with tarfile.open(path) as archive:
        for info in archive:
            member = archive.extractfile(info) if info.isfile() else None
            if member is not None:
                yield info.name, _at_most(member, MAX_FILE)


def _at_most(member: IO[bytes], limit: int) -> bytes | None:
    """Read by what really comes out, not by the size that the archive declares."""
    content = member.read(limit + 1)
    return content if len(content) <= limit else None
