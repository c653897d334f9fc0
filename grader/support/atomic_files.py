"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from .errors import UsageError
from .i18n import _


def write_whole(path: Path, content: bytes, forced: bool = True) -> None:
    """Put a file in place in one step: whoever reads it, and whenever the process dies, sees the old or the new.

    The temporary file beside it has always the same name, so that one left behind by a killed process is written
    over; a link in its place, which a submission may have brought, is not followed. One process writes a file at a
    time. Marks are their owner's alone to read. Without ``forced`` it may be empty after a power failure, which is for
    what the next run writes again. Raises UsageError where the file cannot be written.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        try:
            with open(temporary, "wb", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW, 0o600)) as file:
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
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def refuse_unwritable(path: Path) -> None:
    """Raise UsageError where :func:`write_whole` would, before the work is done whose result is to go there."""
    if path.exists() and not path.is_file():
        raise UsageError(_("{path} is no ordinary file: give another name.").format(path=path))
    temporary = path.with_name(f".{path.name}.part")
    try:
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600))
        temporary.unlink()
    except OSError as error:
        raise UsageError(_sentence(path, error)) from error


def _sentence(path: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{path} cannot be written, the disk is full: make room, and run the same command again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{path} cannot be written ({error.strerror}): choose another folder, or allow writing to {path.parent}."
    return f"{path} cannot be written ({error.strerror}): choose another folder."
