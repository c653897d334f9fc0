"""Uploaded and produced files by their content: a blob is stored once, under the SHA-256 of its bytes."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import tempfile
import time
from collections.abc import Collection, Iterator
from pathlib import Path


class Blobs:
    """Blobs in a folder. A blob is complete or does not exist; one that a power failure left incomplete does not exist either."""

    is_remote = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, content: bytes, is_vital: bool = True) -> str:
        """Store a blob and return its name, the SHA-256 of its content; raises OSError, and then nothing is left.

        It is on disk when the method returns; one that is not vital may not exist after a power failure, unless :meth:`force`
        was called before.
        """
        name = name_of(content)
        path = self._path(name)
        with contextlib.suppress(FileNotFoundError):
            os.utime(path)  # it is as new as this upload, so that delete_old() keeps it
            if path.read_bytes() == content:
                if is_vital:  # it may have been stored as one that is not
                    _force(path)
                    _force(path.parent)
                return name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        try:
            with open(descriptor, "wb") as file:
                file.write(content)
                if is_vital:
                    file.flush()
                    os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        if is_vital:
            _force(path.parent)
        return name

    def force(self) -> None:
        """Force all blobs to the disk; raises OSError."""
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            if ctypes.CDLL(None, use_errno=True).syncfs(descriptor) != 0:
                number = ctypes.get_errno()
                raise OSError(number, os.strerror(number))
        finally:
            os.close(descriptor)

    def get(self, name: str) -> bytes:
        """Return the content of a blob; raises FileNotFoundError, also if it is damaged."""
        content = self._path(name).read_bytes()
        if name_of(content) != name:
            raise FileNotFoundError(name)
        return content

    def is_damaged(self, name: str) -> bool:
        """Return whether a blob has another content than its name says; raises FileNotFoundError without the blob."""
        return name_of(self._path(name).read_bytes()) != name

    def delete_old(self, name: str, seconds: float) -> bool:
        """Delete a blob that was stored more than ``seconds`` ago; False if it is newer or does not exist.

        It is moved away first: if it is stored again at the same moment, it exists again afterwards.
        """
        path = self._path(name)
        trash = path.with_name(f".part-old-{name}")
        try:
            os.rename(path, trash)
        except FileNotFoundError:
            return False
        if trash.stat().st_mtime > time.time() - seconds:
            os.rename(trash, path)
            return False
        trash.unlink()
        return True

    def delete_parts(self, seconds: float, needed: Collection[str] = ()) -> None:
        """Delete incomplete blobs of processes that ended more than ``seconds`` ago."""
        for path in self._folder.glob("??/.part-*"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < time.time() - seconds:
                    path.unlink()

    def names(self) -> Iterator[str]:
        """Yield the names of all blobs."""
        for path in self._folder.glob("??/*"):
            if not path.name.startswith("."):
                yield path.name

    def check(self) -> None:
        """Raise UsageError if nothing can be stored: the folder exists, so nothing is wrong."""

    def _path(self, name: str) -> Path:
        return self._folder / place_of(name)


def place_of(name: str) -> str:
    """Return where a blob is below the place of all blobs; raises FileNotFoundError for what cannot be the name of one."""
    if len(name) != 64 or not name.isalnum():
        raise FileNotFoundError(name)
    return f"{name[:2]}/{name}"


def name_of(content: bytes) -> str:
    """Return the name of a blob, the SHA-256 of its content."""
    return hashlib.sha256(content).hexdigest()


def _force(path: Path) -> None:
    """Make a file, or the names of the files in a folder, survive a power failure."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
