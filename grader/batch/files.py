"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from ..errors import UsageError


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in place in one step: whoever reads it, and whenever the process dies, sees the old or the new.

    The temporary file beside it has always the same name, so that one left behind by a killed process is written
    over. One process writes a file at a time. Marks are their owner's alone to read. Raises UsageError where the file cannot be written.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        try:
            with open(temporary, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the new name as well
        finally:
            os.close(folder)
    except OSError as error:
        raise UsageError(_sentence(path, error)) from error


def _sentence(path: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{path} cannot be written, the disk is full: make room, and run the same command again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{path} cannot be written ({error.strerror}): choose another folder, or allow writing to {path.parent}."
    return f"{path} cannot be written ({error.strerror}): choose another folder."
