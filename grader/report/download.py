"""The link to the graded file as it was handed in. A page contains the file itself, so that the page can be sent alone."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import PurePosixPath

from ..submission.source_files import SourceFile
from ..support import i18n
from ..support.text import clean

LARGEST = 12 << 20  # bytes; Chromium does not save addresses that are longer than 20 MB
LARGEST_IN_CLASS = 1 << 20  # the output folder of a class has one copy of a larger file, not one in each page


@dataclass(frozen=True)
class Download:
    """The ``name``, the ``size`` and the ``address`` of a file; "" if it is too large. ``is_embedded``: the address contains it."""

    name: str
    size: str
    address: str
    is_embedded: bool


def download(file: SourceFile, address: str = "") -> Download:
    """Return the link to a file at ``address``, or without an address the link that contains the file."""
    name, length = clean(PurePosixPath(file.name).name, 80), len(file.content)
    if address or length > LARGEST:
        return Download(name, _size(length), address, is_embedded=False)
    content = base64.b64encode(file.content).decode()
    return Download(name, _size(length), f"data:application/octet-stream;base64,{content}", is_embedded=True)


def _size(length: int) -> str:
    if length < 1000:
        return f"{length} B"
    if length < 1_000_000:
        return f"{length / 1000:.0f} KB"
    return i18n.number(f"{length / 1e6:.1f} MB")
