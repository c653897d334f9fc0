"""Reads the submission to send: a file as it is, or a folder as a zip file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..submission import files
from ..support.errors import UsageError
from ..support.i18n import _
from ..support.zips import zipped


@dataclass(frozen=True)
class Upload:
    """A file to send, with the name that the server shows."""

    name: str
    content: bytes


def read(path: Path, most_bytes: int) -> Upload:
    """Return the file or the packed folder at a path; raises UsageError if it cannot be read or is too large for the server."""
    if path.is_dir():
        contents = files.read(path)
        if not contents:
            raise UsageError(_("{path} contains nothing to hand in: name a notebook or a module.").format(path=path))
        upload = Upload(f"{_name(path.resolve())}.zip", zipped(contents))
    else:
        upload = Upload(_name(path), _content(path, most_bytes))
    if not upload.content:
        raise UsageError(_("{path} is empty: save your work, and hand in the file again.").format(path=path))
    _refuse_large(path, len(upload.content), most_bytes)
    return upload


def _content(path: Path, most_bytes: int) -> bytes:
    try:
        if not path.exists():
            raise UsageError(_("{path} does not exist: check the path.").format(path=path))
        if not path.is_file():
            raise UsageError(
                _("{path} is not a file: name a notebook, a module, an archive or a folder.").format(path=path)
            )
        _refuse_large(path, path.stat().st_size, most_bytes)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(_("{path} cannot be read: {reason}.").format(path=path, reason=reason)) from error


def _refuse_large(path: Path, size: int, most_bytes: int) -> None:
    if size > most_bytes:
        sentence = _("{path} has {size} MB, but this server accepts at most {most} MB: delete large outputs from it.")
        raise UsageError(sentence.format(path=path, size=f"{size / 2**20:.1f}", most=f"{most_bytes / 2**20:.1f}"))


def _name(path: Path) -> str:
    """Return the name of a file in characters that can be sent."""
    return path.name.encode(errors="replace").decode() or "submission"
