"""Recognises files without code, such as an empty file, a web page, a PDF or an image; and git conflicts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..support import git_conflicts
from ..support.i18n import _
from . import python_code
from .files import SPACE

LFS = b"version https://git-lfs.github.com/spec/"
WEB_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


def explain(name: str, content: bytes) -> str | None:
    """Return a sentence that says why the file ``name`` contains nothing to grade; None for any other file."""
    start = content[:4096].lstrip(SPACE)
    if not start and not content.strip(SPACE):
        return _("{name} is empty: save your work, and hand in the file again.").format(name=name)
    if WEB_PAGE.match(start):
        return _("{name} is a web page, not the file itself: use the download button of the site, or 'Raw'.").format(
            name=name
        )
    if start.startswith(LFS):
        return _("{name} is a Git LFS pointer, not the file itself: run 'git lfs pull' and hand it in again.").format(
            name=name
        )
    for signature, kind in _signatures():
        if content.startswith(signature):
            return _("{name} is actually {kind}: hand in the notebook (.ipynb) or the module (.py).").format(
                name=name, kind=kind
            )
    return None


def _signatures() -> list[tuple[bytes, str]]:
    return [
        (b"%PDF", _("a PDF")),
        (b"\x89PNG", _("an image")),
        (b"\xff\xd8\xff", _("an image")),
        (b"GIF8", _("an image")),
        (b"RIFF", _("an image")),
        (b"PK\x03\x04", _("a zip archive or an office document")),
        (b"\xd0\xcf\x11\xe0", _("an office document")),
        (b"{\\rtf", _("a text document (RTF)")),
        (b"\x1f\x8b", _("a compressed file")),
        (b"Rar!", _("a compressed file")),
        (b"7z\xbc\xaf", _("a compressed file")),
        (b"\x93NUMPY", _("a NumPy array")),
        (b"\x89HDF", _("an HDF5 file")),
        (b"\x7fELF", _("a program")),
    ]


def conflicts_in_cells(name: str, cells: Sequence[str]) -> tuple[str, ...]:
    """Return the sentence about the first conflict marker in the code cells of a notebook, if there is one."""
    for number, cell in enumerate(cells, start=1):
        line = git_conflicts.first_line(cell)
        if line is not None and python_code.parse(cell) is None:
            sentence = _(
                "{name} contains git conflict markers (the first in cell {cell}, line {line}): resolve the conflict and commit the file again."
            )
            return (sentence.format(name=name, cell=number, line=line),)
    return ()
