"""Writes files atomically: a file is complete or does not exist."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from .errors import UsageError
from .i18n import _

NO_LINKS = getattr(os, "O_NOFOLLOW", 0)  # a flag of os.open that Windows does not have


def write_whole(path: Path, content: bytes, forced: bool = True) -> None:
    """Write a file in one step: readers see the old or the new content, even if the process is killed.

    The temporary file next to it always has the same name, so that a file left behind by a killed process is
    overwritten. If a submission put a link there, the link is not followed. Only one process may write a file at a
    time. Only the owner may read the file, because it may contain marks. Without ``forced`` the file may be empty after
    a power failure; use that for files that the next run writes again. Raises UsageError if the file cannot be written.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        try:
            with open(temporary, "wb", opener=lambda name, flags: os.open(name, flags | NO_LINKS, 0o600)) as file:
                file.write(content)
                file.flush()
                if forced:
                    os.fsync(file.fileno())
            os.replace(temporary, path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        if forced:
            _force_names(path.parent)
    except OSError as error:
        raise UsageError(_sentence(path, error)) from error


def _force_names(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def refuse_unwritable(path: Path) -> None:
    """Raise UsageError if :func:`write_whole` would fail, to report it before the work is done."""
    if path.exists() and not path.is_file():
        raise UsageError(_("{path} is not a regular file: choose another name.").format(path=path))
    temporary = path.with_name(f".{path.name}.part")
    try:
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | NO_LINKS, 0o600))
        temporary.unlink()
    except OSError as error:
        raise UsageError(_sentence(path, error)) from error


def _sentence(path: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{path} cannot be written because the disk is full: free some space, and run the same command again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{path} cannot be written ({error.strerror}): choose another folder, or make {path.parent} writable."
    return f"{path} cannot be written ({error.strerror}): choose another folder."
